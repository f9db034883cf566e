using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Joins PE files to one deployment image, each padded with zeros to a multiple of four bytes, and lists their sizes.</summary>
public sealed class WriteDeploymentImage : Task
{
    /// <summary>The PE files in the order of the image: the application last.</summary>
    [Required]
    public ITaskItem[] Files { get; set; }

    /// <summary>The image to write.</summary>
    [Required]
    public string Image { get; set; }

    /// <summary>A list to write: file name and bytes, a line each, then the image's.</summary>
    [Required]
    public string Sizes { get; set; }

    public override bool Execute()
    {
        MemoryStream image = new MemoryStream();
        StringBuilder sizes = new StringBuilder("# bytes; written by: dotnet build PROJECT -t:PeSizes\n");
        foreach (ITaskItem file in Files)
        {
            byte[] pe = File.ReadAllBytes(file.GetMetadata("FullPath"));
            image.Write(pe, 0, pe.Length);
            while (image.Length % 4 != 0)
            {
                image.WriteByte(0);
            }

            sizes.Append(Path.GetFileName(file.ItemSpec)).Append(' ').Append(pe.Length).Append('\n');
        }

        sizes.Append(Path.GetFileName(Image)).Append(' ').Append(image.Length).Append('\n');
        File.WriteAllBytes(Image, image.ToArray());
        File.WriteAllText(Sizes, sizes.ToString());
        Log.LogMessage(MessageImportance.High, "{0} -> {1} ({2} bytes, {3} PE files)", Path.GetFileNameWithoutExtension(Image), Path.GetFullPath(Image), image.Length, Files.Length);
        return true;
    }
}
