using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.HuggingFace;

/// <summary>The weights of a Hugging Face folder: one safetensors file, or shards with an index.</summary>
internal sealed class SafetensorsWeights : WeightStore
{
    public const string SingleFile = "model.safetensors";
    public const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _homes;
    private readonly OrderedDictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    private SafetensorsWeights(List<SafetensorsFile> files, Dictionary<string, SafetensorsFile> homes)
    {
        _files = files;
        _homes = homes;
    }

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    public override IReadOnlyList<(MappedFile File, long HeaderLength)> Files =>
        [.. _files.Select(file => (file.Mapping, file.Tensors.Values.Select(tensor => tensor.Offset).DefaultIfEmpty(file.Length).Min()))];

    public static bool AreIn(string folder) => File.Exists(Path.Combine(folder, SingleFile)) || File.Exists(Path.Combine(folder, IndexFile));

    /// <exception cref="CheckpointException">A file is damaged, or a weight is missing, misshapen or of a type that is not float.</exception>
    public static SafetensorsWeights Open(string folder, ModelConfig config)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            string single = Path.Combine(folder, SingleFile);
            bool sharded = !File.Exists(single);
            Dictionary<string, SafetensorsFile> homes = sharded ? OpenShards(folder, files) : OpenSingle(single, files);
            var weights = new SafetensorsWeights(files, homes);
            weights.Check(config, sharded ? Path.Combine(folder, IndexFile) : single);
            return weights;
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    public override void Read(string name, long start, Span<float> destination) => _homes[name].ReadFloat32(name, start, destination);

    public override void Dispose() => _files.ForEach(file => file.Dispose());

    private static Dictionary<string, SafetensorsFile> OpenSingle(string path, List<SafetensorsFile> files)
    {
        var file = SafetensorsFile.Open(path);
        files.Add(file);
        return file.Tensors.Keys.ToDictionary(name => name, _ => file, StringComparer.Ordinal);
    }

    private static Dictionary<string, SafetensorsFile> OpenShards(string folder, List<SafetensorsFile> files)
    {
        string index = Path.Combine(folder, IndexFile);
        var json = JsonSection.ReadFile(index);
        JsonSection map = json.OptionalSection("weight_map") ?? throw json.Bad("weight_map", "an object from tensor names to file names");
        var shards = new SortedDictionary<string, SafetensorsFile?>(StringComparer.Ordinal);
        string[] names = [.. map.Keys];
        foreach (string name in names)
        {
            string shard = map.Text(name);
            if (shard.Length == 0 || shard.AsSpan().IndexOfAny("/\\:\0") >= 0)
            {
                throw map.Bad(name, "the name of a file in the same folder");
            }

            shards.TryAdd(shard, null);
        }

        foreach (string shard in shards.Keys.ToArray())
        {
            string path = Path.Combine(folder, shard);
            if (!File.Exists(path))
            {
                throw new CheckpointException($"{path}: no such file, but {index} lists it. Was the download completed?");
            }

            files.Add(SafetensorsFile.Open(path));
            shards[shard] = files[^1];
        }

        var homes = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            SafetensorsFile shard = shards[map.Text(name)]!;
            homes[name] = shard.Tensors.ContainsKey(name)
                ? shard
                : throw new CheckpointException($"{shard.Path}: tensor '{name}': expected here by {index}, found nothing of that name.");
        }

        return homes;
    }

    private void Check(ModelConfig config, string where)
    {
        foreach ((string name, int[] shape) in LlamaTensors.Expected(config))
        {
            string expected = $"shape [{string.Join(", ", shape)}] by config.json";
            if (!_homes.TryGetValue(name, out SafetensorsFile? file))
            {
                string hint = name == LlamaTensors.Head ? " (is tie_word_embeddings missing in config.json?)" : "";
                throw new CheckpointException($"{where}: tensor '{name}': expected {expected}, found no such tensor{hint}.");
            }

            SafetensorsTensor tensor = file.Tensors[name];
            if (!tensor.Shape.SequenceEqual(shape.Select(dimension => (long)dimension)))
            {
                throw new CheckpointException($"{file.Path}: tensor '{name}': expected {expected}, found [{string.Join(", ", tensor.Shape)}].");
            }

            string type = SafetensorsTypes.NameOf(tensor.DType);
            if (!SafetensorsTypes.IsFloat(tensor.DType))
            {
                throw new CheckpointException($"{file.Path}: tensor '{name}': expected F32, F16, BF16 or F64, found {type}.");
            }

            _tensors.Add(name, new StoredTensor(name, shape, type, tensor.ByteLength));
        }
    }
}
