using System.Globalization;
using System.Text.RegularExpressions;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>
/// A model in GGUF: one file, or the parts that a file was split into (<c>name-00001-of-00003.gguf</c>), opened by the name of any. The
/// first part holds the metadata. Reading is thread-safe.
/// </summary>
/// <remarks>Source: llama.cpp, <c>gguf-split</c> and what its reader checks of the keys <c>split.*</c>.</remarks>
internal sealed partial class GgufParts : IDisposable
{
    private const string CountKey = "split.count",
        NumberKey = "split.no",
        TensorsKey = "split.tensors.count";

    private readonly List<GgufFile> _files = [];
    private readonly Dictionary<string, GgufFile> _homes = new(StringComparer.Ordinal);

    private GgufParts() { }

    /// <summary>The parts in order; one for a whole file.</summary>
    public IReadOnlyList<GgufFile> Files => _files;

    /// <summary>The file that the metadata come from.</summary>
    public string Path => _files[0].Path;

    public GgufMetadata Metadata => _files[0].Metadata;

    /// <summary>Those of all parts, by name and in order.</summary>
    public OrderedDictionary<string, GgufTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <exception cref="CheckpointException">
    /// A file is missing or damaged, or the parts do not belong together.
    /// </exception>
    public static GgufParts Open(string path)
    {
        var parts = new GgufParts();
        try
        {
            var given = GgufFile.Open(path);
            parts._files.Add(given);
            if (given.Metadata.OptionalInt32(CountKey, 0, ushort.MaxValue) is { } count and > 1)
            {
                parts.OpenOthers(given, count);
            }

            parts.CollectTensors();
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Whether file names of one folder are all those of the parts of one model, or some of them.</summary>
    public static bool AreOfOneModel(IEnumerable<string> names) =>
        names
            .Select(name => NameOfAPart().Match(name))
            .Select(match => (match.Success, match.Groups["stem"].Value, match.Groups["count"].Value))
            .Distinct()
            .ToArray()
            is [(true, _, _)];

    /// <inheritdoc cref="GgufFile.Read"/>
    public void Read(GgufTensor tensor, long start, Span<float> destination) => _homes[tensor.Name].Read(tensor, start, destination);

    /// <inheritdoc cref="GgufFile.ReadBlocks"/>
    public void ReadBlocks(GgufTensor tensor, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets) =>
        _homes[tensor.Name].ReadBlocks(tensor, firstBlock, codes, scales, offsets);

    /// <summary>The part that holds a tensor.</summary>
    public GgufFile FileOf(GgufTensor tensor) => _homes[tensor.Name];

    /// <summary>The file that holds a tensor; the first one when none does.</summary>
    public string PathOf(string tensor) => _homes.TryGetValue(tensor, out GgufFile? file) ? file.Path : Path;

    public void Dispose() => _files.ForEach(file => file.Dispose());

    [GeneratedRegex(@"^(?<stem>.*)-[0-9]{5}-of-(?<count>[0-9]{5})\.gguf\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameOfAPart();

    private static string Suffix(int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"-{number + 1:00000}-of-{count:00000}.gguf");

    private void OpenOthers(GgufFile given, int count)
    {
        int number = given.Metadata.Int32(NumberKey, 0, count - 1);
        string suffix = Suffix(number, count);
        if (!given.Path.EndsWith(suffix, StringComparison.Ordinal))
        {
            throw new CheckpointException(
                $"{given.Path}: this is part {number + 1} of {count} of a model: expected a file name that ends in '{suffix}', by which "
                    + "the other parts are found. Give all parts the names they were published with."
            );
        }

        string[] paths = [.. Enumerable.Range(0, count).Select(i => given.Path[..^suffix.Length] + Suffix(i, count))];
        string[] missing = [.. paths.Where(path => !File.Exists(path)).Select(path => System.IO.Path.GetFileName(path))];
        if (missing.Length > 0)
        {
            string some = string.Join(", ", missing.Take(5)) + (missing.Length > 5 ? $" and {missing.Length - 5} more" : "");
            throw new CheckpointException(
                $"{given.Path}: part {number + 1} of {count} of a model: expected the other parts beside it, found no {some}. "
                    + "Was the download completed?"
            );
        }

        for (int i = 0; i < count; i++)
        {
            if (i != number)
            {
                _files.Insert(i, GgufFile.Open(paths[i]));
            }
        }

        foreach (GgufFile file in _files)
        {
            Check(file, count);
        }

        int tensors = _files.Sum(part => part.Tensors.Count);
        if (tensors != Metadata.Int32(TensorsKey, 0))
        {
            throw Metadata.Bad(TensorsKey, $"the {tensors} tensors that its {count} parts hold");
        }
    }

    private void Check(GgufFile file, int count)
    {
        // Every part says its place; the numbers of the whole are needed in the first one only.
        int tensors = Metadata.Int32(TensorsKey, 0);
        Require(file, NumberKey, file.Metadata.Int32(NumberKey, 0), _files.IndexOf(file), "by its name");
        Require(file, CountKey, file.Metadata.OptionalInt32(CountKey, 0) ?? count, count, "by the names of the parts");
        Require(file, TensorsKey, file.Metadata.OptionalInt32(TensorsKey, 0) ?? tensors, tensors, $"by {System.IO.Path.GetFileName(Path)}");
    }

    private static void Require(GgufFile file, string key, int found, int expected, string why)
    {
        if (found != expected)
        {
            throw file.Metadata.Bad(key, $"{expected} {why} (are the parts those of one model?)");
        }
    }

    private void CollectTensors()
    {
        foreach (GgufFile file in _files)
        {
            foreach ((string name, GgufTensor tensor) in file.Tensors)
            {
                if (!_homes.TryAdd(name, file))
                {
                    throw new CheckpointException($"{file.Path}: tensor '{name}' is in {_homes[name].Path} too.");
                }

                Tensors.Add(name, tensor);
            }
        }
    }
}
