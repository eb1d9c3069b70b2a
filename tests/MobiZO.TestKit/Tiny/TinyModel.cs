using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Opening;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;

namespace MobiZO.TestKit.Tiny;

/// <summary>A random model of a few thousand numbers in memory: enough structure for every engine test, no file needed.</summary>
public class TinyModel : IWeightSource
{
    private readonly Dictionary<string, (ModelTensor Tensor, float[] Values)> _tensors = new(StringComparer.Ordinal);
    private readonly string? _json;

    /// <summary>Makes the weights of the model that a <c>config.json</c> describes; the same arguments give the same bits.</summary>
    public TinyModel(string json, ulong seed = 1)
        : this(ConfigReader.Read(JsonSection.Parse(System.Text.Encoding.UTF8.GetBytes(json), "tiny/config.json")), seed) => _json = json;

    /// <summary>Makes the weights of a model.</summary>
    public TinyModel(ModelDescription description, ulong seed = 1)
    {
        Assembler = new ProgramAssembler(description);
        var random = new PlainRandom(seed);
        IEnumerable<LinearDescription> linears = description.Layers.SelectMany(layer => layer.Linears);
        IEnumerable<ModelTensor> first =
        [
            .. description.Embedding.Tensors.Where(tensor => tensor.Role != TensorRole.Norm),
            .. linears.SelectMany(linear => linear.Tensors),
        ];
        foreach (var tensor in first.Concat(description.Tensors.Except(first)))
        {
            Add(random, tensor);
        }
    }

    /// <summary>The model as data.</summary>
    public ModelDescription Description => Assembler.Model;

    /// <summary>Sizes of the model.</summary>
    public ModelConfig Config => Description.Config;

    /// <summary>Builds its programs.</summary>
    public ProgramAssembler Assembler { get; }

    /// <inheritdoc/>
    public string Fingerprint
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (name, (tensor, values)) in _tensors)
            {
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{name} {string.Join('x', tensor.Shape)}\n"));
                hash.AppendData(MemoryMarshal.AsBytes<float>(values));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>An adapter on modules, by the end of their names; none: on every linear layer.</summary>
    public AdapterLayout Adapter(int rank, params string[] endings) =>
        new(
            rank,
            2,
            [
                .. Assembler.LinearModules.Where(module =>
                    endings.Length == 0 || endings.Any(ending => module.Name.EndsWith(ending, StringComparison.Ordinal))
                ),
            ]
        );

    /// <summary>The values of a tensor; may be changed before the first use.</summary>
    public float[] Values(string name) => _tensors[name].Values;

    /// <inheritdoc/>
    public IReadOnlyList<int>? FindShape(string name) => _tensors.TryGetValue(name, out var entry) ? entry.Tensor.Shape : null;

    /// <inheritdoc/>
    public TensorRole? FindRole(string name) => _tensors.TryGetValue(name, out var entry) ? entry.Tensor.Role : null;

    /// <inheritdoc/>
    public void Read(string name, long start, Span<float> destination) =>
        _tensors[name].Values.AsSpan((int)start, destination.Length).CopyTo(destination);

    /// <summary>
    /// Writes a model that a config describes as a Hugging Face folder with a byte-level tokenizer; the vocabulary must hold
    /// <see cref="TinyTokenizer.Size"/> tokens.
    /// </summary>
    public void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            _json ?? throw new InvalidOperationException("The model was not made from a config.")
        );
        TinyTokenizer.Write(Path.Combine(folder, "tokenizer.json"));
        Checkpoints.Safetensors.SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. _tensors.Values.Select(entry => Stored(entry.Tensor, entry.Values))],
            new Dictionary<string, string>()
        );
    }

    private static (string Name, int[] Shape, float[] Values) Stored(ModelTensor tensor, float[] values) =>
        tensor.HuggingFaceForm switch
        {
            StoredForm.Transposed => (
                tensor.Name,
                [tensor.Shape[1], tensor.Shape[0]],
                Transposed(values, tensor.Shape[0], tensor.Shape[1])
            ),
            StoredForm.LessOne => (tensor.Name, [.. tensor.Shape], Array.ConvertAll(values, value => value - 1)),
            _ => (tensor.Name, [.. tensor.Shape], values),
        };

    private static float[] Transposed(float[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];

    private void Add(PlainRandom random, ModelTensor tensor)
    {
        var count = tensor.Shape.Aggregate(1, (product, extent) => product * extent);
        _tensors.Add(
            tensor.Name,
            (
                tensor,
                tensor.Role switch
                {
                    TensorRole.Norm => Array.ConvertAll(random.Normals(count, 0.1), value => 1 + value),
                    TensorRole.Embedding or TensorRole.Positions or TensorRole.Head or TensorRole.Bias => random.Normals(count, 0.3),
                    _ => random.Normals(count, 1.2 / Math.Sqrt(tensor.Shape[1])),
                }
            )
        );
    }
}
