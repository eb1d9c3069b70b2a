using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints;

/// <summary>
/// An open checkpoint: its config, and its weights by Hugging Face names as fp32. Weight files are memory-mapped; reading is thread-safe.
/// </summary>
public sealed class Checkpoint : IWeightSource, IBlockSource, IContentSource, IDisposable
{
    private readonly CheckpointContents _contents;
    private readonly Dictionary<string, TensorRole> _roles;

    private Checkpoint(CheckpointContents contents)
    {
        _contents = contents;
        _roles = contents.Description.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Role, StringComparer.Ordinal);
        Fingerprint = Fingerprints.Of(contents.Weights.Files, contents.ConfigFiles);
    }

    /// <summary>The folder (Hugging Face) or file (GGUF).</summary>
    public string Path => _contents.Path;

    /// <summary>How it is stored.</summary>
    public CheckpointFormat Format => _contents.Format;

    /// <summary>The model as data: what programs are assembled from.</summary>
    public ModelDescription Description => _contents.Description;

    /// <summary>Sizes and special ids of the model.</summary>
    public ModelConfig Config => Description.Config;

    /// <summary>
    /// The weights of the model, by Hugging Face name and in its order; tensors that carry nothing it needs are left out.
    /// </summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => _contents.Weights.Tensors;

    /// <summary>Bytes of all <see cref="Tensors"/> as stored.</summary>
    public long StoredBytes => Tensors.Values.Sum(tensor => tensor.StoredBytes);

    /// <summary>
    /// SHA-256 (hexadecimal) over names, lengths and headers of the weight files, 64 samples of 4 KB spread evenly over the data of each,
    /// and the config files. Cheap for files of many gigabytes. It misses a change in place that keeps length and header and touches no
    /// sample: what is kept of a model in the cache, and a run that goes on, compare a hash of every byte as well.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>Path of the <c>tokenizer.json</c> in the folder that was opened, or null (then see <see cref="GgufTokenizer"/>).</summary>
    public string? TokenizerFile => _contents.TokenizerFile;

    /// <summary>The tokenizer inside a GGUF file, or null.</summary>
    public GgufTokenizerMetadata? GgufTokenizer => _contents.GgufTokenizer;

    /// <summary>Jinja source of the chat template, or null.</summary>
    public string? ChatTemplate => _contents.ChatTemplate;

    /// <summary>Texts of the special tokens by name: <c>bos_token</c>, <c>eos_token</c>, <c>unk_token</c>, <c>pad_token</c>, ...</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => _contents.SpecialTokens;

    /// <summary>What of the files was taken for absent, a sentence each.</summary>
    public IReadOnlyList<string> Warnings => _contents.Warnings;

    /// <summary>Paths of the weight files.</summary>
    internal IReadOnlyList<string> WeightFiles => [.. _contents.Weights.Files.Select(item => item.File.Path)];

    /// <summary>Whether <c>tokenizer_config.json</c> has encoding put BOS in front; null when it does not say.</summary>
    internal bool? AddBos => _contents.AddBos;

    /// <summary>Whether <c>tokenizer_config.json</c> has encoding put EOS behind; null when it does not say.</summary>
    internal bool? AddEos => _contents.AddEos;

    /// <summary>
    /// Opens a folder with <c>config.json</c> and safetensors, a <c>.gguf</c> file, one part of a split one, or a folder without
    /// safetensors that holds exactly one <c>.gguf</c> file or the parts of one.
    /// Every weight the config calls for is checked to be there with the right shape and a type that can be read, and no other tensor may
    /// be there.
    /// </summary>
    /// <exception cref="CheckpointException">Nothing to open there, or it is damaged or not supported.</exception>
    public static Checkpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckpointContents contents = Directory.Exists(path) ? OpenFolder(path) : OpenFile(path);
        try
        {
            return new Checkpoint(contents);
        }
        catch
        {
            contents.Weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => [.. Tensors.Keys];

    /// <inheritdoc/>
    public IReadOnlyList<int>? FindShape(string name) => Tensors.TryGetValue(name, out StoredTensor? tensor) ? tensor.Shape : null;

    /// <inheritdoc/>
    public TensorRole? FindRole(string name) => _roles.TryGetValue(name, out TensorRole role) ? role : null;

    /// <inheritdoc/>
    public void Read(string name, long start, Span<float> destination)
    {
        CheckRange(name, start, destination.Length, 1);
        _contents.Weights.Read(name, start, destination);
    }

    /// <inheritdoc/>
    public BlockLayout? FindBlocks(string name) => Tensors.ContainsKey(name) ? _contents.Weights.FindBlocks(name) : null;

    /// <inheritdoc/>
    public void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        int size = FindBlocks(name)?.Size ?? BlockLayout.Elements;
        CheckRange(name, firstBlock, scales.Length, size);
        if (FindBlocks(name) is null || codes.Length != (long)scales.Length * size || offsets.Length != scales.Length)
        {
            throw new CheckpointException(
                $"{Path}: weight '{name}': {scales.Length} blocks, {codes.Length} codes and {offsets.Length} offsets cannot be read "
                    + $"from {Tensors[name].StoredType}."
            );
        }

        _contents.Weights.ReadBlocks(name, firstBlock, codes, scales, offsets);
    }

    /// <inheritdoc/>
    string IContentSource.ContentHash(string cacheFolder) => ContentHash(cacheFolder);

    /// <inheritdoc/>
    void IContentSource.ReleasePages()
    {
        foreach (var (file, _) in _contents.Weights.Files)
        {
            file.ReleasePages();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _contents.Weights.Dispose();

    /// <inheritdoc cref="IContentSource.ContentHash"/>
    internal string ContentHash(string cacheFolder)
    {
        var known = new KnownFiles(cacheFolder);
        var files = _contents.Weights.Files.OrderBy(item => System.IO.Path.GetFileName(item.File.Path), StringComparer.Ordinal);
        return BlockHashes.OfText(string.Join('\n', files.Select(item => known.HashOf(item.File)).Prepend(Fingerprint)));
    }

    /// <summary>
    /// SHA-256 over every byte of the weight files, whatever the files are called and wherever they lie; read once and then known.
    /// </summary>
    internal string WeightsHash(string cacheFolder)
    {
        var known = new KnownFiles(cacheFolder);
        var files = _contents.Weights.Files.OrderBy(item => System.IO.Path.GetFileName(item.File.Path), StringComparer.Ordinal);
        return BlockHashes.OfText(string.Join('\n', files.Select(item => known.HashOf(item.File))));
    }

    private void CheckRange(string name, long start, int length, int elements)
    {
        if (!Tensors.TryGetValue(name, out StoredTensor? tensor))
        {
            throw new CheckpointException($"{Path}: there is no weight '{name}' among its {Tensors.Count}.");
        }

        long count = tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension) / elements;
        if (start < 0 || start > count - length)
        {
            string what = elements == 1 ? "elements" : "blocks";
            throw new CheckpointException($"{Path}: weight '{name}': {what} [{start}, {start} + {length}) are outside its {count} {what}.");
        }
    }

    private static CheckpointContents OpenFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new CheckpointException(
                $"{path}: no such file or folder. Expected a folder with config.json and safetensors, or a .gguf file."
            );
        }

        if (!path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            string hint =
                path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
                || System.IO.Path.GetFileName(path) == HuggingFaceFolder.ConfigFile
                    ? " Give the folder it is in."
                    : "";
            throw new CheckpointException(
                $"{path}: expected a folder with config.json and safetensors, or a .gguf file, found another file.{hint}"
            );
        }

        return GgufCheckpoint.Open(path);
    }

    private static CheckpointContents OpenFolder(string folder)
    {
        bool hasConfig = File.Exists(System.IO.Path.Combine(folder, HuggingFaceFolder.ConfigFile));
        if (hasConfig && SafetensorsWeights.AreIn(folder))
        {
            return HuggingFaceFolder.Open(folder);
        }

        string[] names = FileNames(folder);
        string[] ggufs = [.. names.Where(name => name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))];
        if (ggufs.Length == 1 || GgufParts.AreOfOneModel(ggufs))
        {
            string tokenizer = System.IO.Path.Combine(folder, "tokenizer.json");
            return GgufCheckpoint.Open(System.IO.Path.Combine(folder, ggufs[0])) with
            {
                TokenizerFile = File.Exists(tokenizer) ? tokenizer : null,
            };
        }

        if (ggufs.Length > 1)
        {
            throw new CheckpointException(
                $"{folder}: expected one .gguf file, found {string.Join(", ", ggufs)}. Give the path of one of them."
            );
        }

        if (!hasConfig)
        {
            throw new CheckpointException($"{folder}: expected config.json with safetensors, or a .gguf file, found neither.");
        }

        string found = names.Any(name => name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pth", StringComparison.Ordinal))
            ? "PyTorch files only. Convert them to safetensors first"
            : "neither";
        throw new CheckpointException(
            $"{folder}: expected {SafetensorsWeights.SingleFile} or {SafetensorsWeights.IndexFile}, found {found}."
        );
    }

    private static string[] FileNames(string folder)
    {
        try
        {
            return [.. Directory.GetFiles(folder).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{folder}: the folder could not be read: {error.Message}", error);
        }
    }
}
