using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Safetensors;

/// <summary>The weights of a Hugging Face folder: one safetensors file, or shards with an index.</summary>
internal sealed class SafetensorsWeights : WeightStore
{
    public const string SingleFile = "model.safetensors";
    public const string IndexFile = "model.safetensors.index.json";

    // What families call their head.
    private static readonly string[] s_heads = ["lm_head.weight", "embed_out.weight"];

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _homes;
    private readonly Dictionary<string, (string StoredName, ModelTensor Tensor)> _names = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    private SafetensorsWeights(List<SafetensorsFile> files, Dictionary<string, SafetensorsFile> homes)
    {
        _files = files;
        _homes = homes;
    }

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    public override IReadOnlyList<(MappedFile File, long HeaderLength)> Files =>
        [.. _files.Select(file => (file.Mapping, file.Tensors.Values.Select(tensor => tensor.Offset).DefaultIfEmpty(file.Length).Min()))];

    public static bool AreIn(string folder) =>
        File.Exists(Path.Combine(folder, SingleFile)) || File.Exists(Path.Combine(folder, IndexFile));

    /// <exception cref="CheckpointException">
    /// A file is damaged, or a weight is missing, misshapen, unknown, or of a type that is not float.
    /// </exception>
    public static SafetensorsWeights Open(string folder, ModelDescription model)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            string single = Path.Combine(folder, SingleFile);
            bool sharded = !File.Exists(single);
            Dictionary<string, SafetensorsFile> homes = sharded ? OpenShards(folder, files) : OpenSingle(single, files);
            var weights = new SafetensorsWeights(files, homes);
            weights.Check(model, sharded ? Path.Combine(folder, IndexFile) : single);
            return weights;
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    public override void Read(string name, long start, Span<float> destination)
    {
        (string stored, ModelTensor tensor) = _names[name];
        SafetensorsFile file = _homes[stored];
        switch (tensor.HuggingFaceForm)
        {
            case StoredForm.AsRead:
                file.ReadFloat32(stored, start, destination);
                break;
            case StoredForm.LessOne:
                file.ReadFloat32(stored, start, destination);
                foreach (ref float value in destination)
                {
                    value += 1;
                }

                break;
            case StoredForm.Transposed:
                ReadTransposed(file, stored, tensor.Shape, start, destination);
                break;
            default:
                throw new NotSupportedException($"Tensor '{name}': safetensors in the form {tensor.HuggingFaceForm} are not read.");
        }
    }

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

    // Every column of the rows that are asked for is one run of a stored row.
    private static void ReadTransposed(SafetensorsFile file, string name, IReadOnlyList<int> shape, long start, Span<float> destination)
    {
        if (destination.Length == 0)
        {
            return;
        }

        (long rows, long columns) = (shape[0], shape[1]);
        long first = start / columns;
        var run = new float[((start + destination.Length - 1) / columns) - first + 1];
        for (long column = 0; column < columns; column++)
        {
            file.ReadFloat32(name, (column * rows) + first, run);
            for (int i = 0; i < run.Length; i++)
            {
                long place = ((first + i) * columns) + column - start;
                if (place >= 0 && place < destination.Length)
                {
                    destination[(int)place] = run[i];
                }
            }
        }
    }

    private void Check(ModelDescription model, string where)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (ModelTensor tensor in model.Tensors)
        {
            string stored = StoredName(tensor.Name, model.OptionalPrefix);
            used.Add(stored);
            _names.Add(tensor.Name, (stored, tensor));
            _tensors.Add(tensor.Name, Check(tensor, stored, where));
        }

        CheckTiedHead(model, used);

        // An unknown tensor means that the model computes something else.
        if (_homes.Keys.FirstOrDefault(name => !used.Contains(name) && !model.IsIgnored(name)) is { } unknown)
        {
            throw UnknownTensor.Error(_homes[unknown].Path, unknown, model, "config.json");
        }
    }

    /// <summary>A head that is stored beside the embedding that config.json ties it to must be the same.</summary>
    private void CheckTiedHead(ModelDescription model, HashSet<string> used)
    {
        string head = s_heads.FirstOrDefault(name => _homes.ContainsKey(name) && !used.Contains(name)) ?? "";
        if (!model.Config.TieWordEmbeddings || !_homes.TryGetValue(head, out SafetensorsFile? file))
        {
            return;
        }

        string embedding = _names[model.Embedding.Table.Name].StoredName;
        if (!file.HasSameValues(head, _homes[embedding], embedding))
        {
            throw new CheckpointException(
                $"{file.Path}: tensor '{head}': expected what '{embedding}' holds, because tie_word_embeddings is true in config.json (or by "
                    + $"default), found other values. Set tie_word_embeddings to false to use the stored head, or remove the tensor to use "
                    + "the embedding."
            );
        }
    }

    private string StoredName(string name, string? optionalPrefix) =>
        !_homes.ContainsKey(name)
        && optionalPrefix is not null
        && name.StartsWith(optionalPrefix, StringComparison.Ordinal)
        && _homes.ContainsKey(name[optionalPrefix.Length..])
            ? name[optionalPrefix.Length..]
            : name;

    private StoredTensor Check(ModelTensor tensor, string name, string where)
    {
        IEnumerable<int> shape = tensor.HuggingFaceForm == StoredForm.Transposed ? tensor.Shape.Reverse() : tensor.Shape;
        string expected = $"shape [{string.Join(", ", shape)}] by config.json";
        if (!_homes.TryGetValue(name, out SafetensorsFile? file))
        {
            string hint =
                tensor.Role == TensorRole.Head
                    ? ", while tie_word_embeddings is not true in config.json (set it to true if the head is the embedding)"
                    : "";
            throw new CheckpointException($"{where}: tensor '{name}': expected {expected}, found no such tensor{hint}.");
        }

        SafetensorsTensor stored = file.Tensors[name];
        if (!stored.Shape.SequenceEqual(shape.Select(dimension => (long)dimension)))
        {
            throw new CheckpointException($"{file.Path}: tensor '{name}': expected {expected}, found [{string.Join(", ", stored.Shape)}].");
        }

        string type = SafetensorsTypes.NameOf(stored.DType);
        return SafetensorsTypes.IsFloat(stored.DType)
            ? new StoredTensor(tensor.Name, tensor.Shape, type, stored.ByteLength)
            : throw new CheckpointException($"{file.Path}: tensor '{name}': expected F32, F16, BF16 or F64, found {type}.");
    }
}
