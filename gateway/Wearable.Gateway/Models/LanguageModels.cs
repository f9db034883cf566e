namespace Wearable.Gateway.Models;

/// <summary>Where pulled language models lie.</summary>
public static class LanguageModels
{
    /// <summary>This user's folder of language models, beside the speech models.</summary>
    public static string CacheFolder => Path.Combine(new ModelStoreOptions().CacheFolder, "language");

    /// <summary>A folder as given, or the folder of a model that was pulled by this name.</summary>
    public static string FolderOf(string folderOrName)
    {
        string pulled = Path.Combine(CacheFolder, NameOf(folderOrName));
        return !Directory.Exists(folderOrName) && Directory.Exists(pulled) ? pulled : Path.GetFullPath(folderOrName);
    }

    /// <summary>A name that can be a folder: "Qwen/Qwen2.5-0.5B" becomes "Qwen--Qwen2.5-0.5B".</summary>
    public static string NameOf(string name) => string.Concat(name.Replace("/", "--").Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).TrimStart('.');
}
