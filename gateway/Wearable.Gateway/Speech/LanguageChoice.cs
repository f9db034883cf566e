using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>From the owner's options to the engines: English runs as it is, another language needs ears and a voice of its own.</summary>
public static class LanguageChoice
{
    /// <summary>The engines' options.</summary>
    /// <param name="options">The owner's choices.</param>
    /// <param name="pulled">Folder of pulled speech models; null for this user's.</param>
    /// <exception cref="ModelException">No texts, ears or voice for the language; says how to get them.</exception>
    public static SpeechOptions Of(GatewayOptions options, string? pulled = null)
    {
        LanguagePack pack = LanguagePack.Load(options.Language, options.DataFolder);
        bool english = pack.Skills is null;
        return new SpeechOptions
        {
            Language = options.Language,
            Sample = pack.Sample,
            SpeechFolder = Folder(options.SpeechModel, "speech", "--speech"),
            VoiceFolder = Folder(options.Voice, "voice", "--voice"),
        };

        string? Folder(string? given, string kind, string option)
        {
            string own = $"{kind}-{options.Language}";
            string? folder = given ?? (english ? null : own);
            if (folder is null)
            {
                return null;
            }

            string found = SpeechModels.FolderOf(folder, pulled);
            return Directory.Exists(found) || File.Exists(found)
                ? found
                : throw new ModelException(given is null
                    ? $"--language {options.Language}: no {(kind == "speech" ? "speech model" : "voice")} of it is here; pull one with 'models pull {own}', or give a folder with {option}."
                    : $"{option} {given}: no such folder, and nothing was pulled by this name.");
        }
    }
}
