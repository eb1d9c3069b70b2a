using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Configuration;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;

namespace MobiZO.TestKit.Tiny;

/// <summary>A random Llama of a few thousand numbers in memory: enough structure for every engine test, no file needed.</summary>
public sealed class TinyLlama : IWeightSource
{
    private readonly Dictionary<string, (int[] Shape, float[] Values)> _tensors = new(StringComparer.Ordinal);

    /// <summary>Makes the weights; the same arguments give the same bits.</summary>
    /// <param name="layers">L.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyValueHeads">Key/value heads.</param>
    /// <param name="hidden">H; need not be heads * headDimension.</param>
    /// <param name="headDimension">Width of a head.</param>
    /// <param name="vocabulary">V.</param>
    /// <param name="bias">Whether every linear layer has a bias.</param>
    /// <param name="tied">Whether the head is the embedding.</param>
    /// <param name="seed">Another seed, another model.</param>
    public TinyLlama(
        int layers = 2, int heads = 4, int keyValueHeads = 2, int hidden = 24, int headDimension = 6, int vocabulary = 40, bool bias = false, bool tied = true, ulong seed = 1)
    {
        Config = new ModelConfig
        {
            ModelType = "llama",
            HiddenSize = hidden,
            IntermediateSize = 2 * hidden,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            VocabularySize = vocabulary,
            MaxPositions = 64,
            RmsNormEpsilon = 1e-5,
            Rope = new RopeConfig([.. Enumerable.Range(0, headDimension / 2).Select(pair => 1 / Math.Pow(10000, 2.0 * pair / headDimension))], "theta 10000"),
            AttentionBias = bias,
            MlpBias = bias,
            TieWordEmbeddings = tied,
        };
        Assembler = new ProgramAssembler(Config);
        var random = new PlainRandom(seed);
        Add(random, "model.embed_tokens.weight", 0.3, vocabulary, hidden);
        foreach (var module in Assembler.LinearModules)
        {
            Add(random, module.Name + ".weight", 1.2 / Math.Sqrt(module.InputSize), module.OutputSize, module.InputSize);
            if (bias)
            {
                Add(random, module.Name + ".bias", 0.3, module.OutputSize);
            }
        }

        for (var layer = 0; layer < layers; layer++)
        {
            AddNorm(random, $"model.layers.{layer}.input_layernorm.weight", hidden);
            AddNorm(random, $"model.layers.{layer}.post_attention_layernorm.weight", hidden);
        }

        AddNorm(random, "model.norm.weight", hidden);
        if (!tied)
        {
            Add(random, "lm_head.weight", 0.3, vocabulary, hidden);
        }
    }

    /// <summary>Facts of the model.</summary>
    public ModelConfig Config { get; }

    /// <summary>Builds its programs.</summary>
    public ProgramAssembler Assembler { get; }

    /// <inheritdoc/>
    public string Fingerprint
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (name, tensor) in _tensors)
            {
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{name} {string.Join('x', tensor.Shape)}\n"));
                hash.AppendData(MemoryMarshal.AsBytes<float>(tensor.Values));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>An adapter on modules, by the end of their names; none: on every linear layer.</summary>
    public AdapterLayout Adapter(int rank, params string[] endings) => new(
        rank,
        2,
        [.. Assembler.LinearModules.Where(module => endings.Length == 0 || endings.Any(ending => module.Name.EndsWith(ending, StringComparison.Ordinal)))]);

    /// <summary>The values of a tensor; may be changed before the first use.</summary>
    public float[] Values(string name) => _tensors[name].Values;

    /// <inheritdoc/>
    public IReadOnlyList<int>? FindShape(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Shape : null;

    /// <inheritdoc/>
    public void Read(string name, long start, Span<float> destination) => _tensors[name].Values.AsSpan((int)start, destination.Length).CopyTo(destination);

    /// <summary>Writes the model as a Hugging Face folder with a byte-level tokenizer; the vocabulary must hold <see cref="TinyTokenizer.Size"/> tokens.</summary>
    public void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "model_type": "llama", "hidden_act": "silu", "hidden_size": {{Config.HiddenSize}}, "intermediate_size": {{Config.IntermediateSize}},
              "num_hidden_layers": {{Config.LayerCount}}, "num_attention_heads": {{Config.HeadCount}}, "num_key_value_heads": {{Config.KeyValueHeadCount}},
              "head_dim": {{Config.HeadDimension}}, "vocab_size": {{Config.VocabularySize}}, "max_position_embeddings": {{Config.MaxPositions}},
              "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": {{(Config.TieWordEmbeddings ? "true" : "false")}},
              "attention_bias": {{(Config.AttentionBias ? "true" : "false")}}, "mlp_bias": {{(Config.MlpBias ? "true" : "false")}},
              "bos_token_id": 0, "eos_token_id": 0
            }
            """));
        TinyTokenizer.Write(Path.Combine(folder, "tokenizer.json"));
        Checkpoints.Safetensors.SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. _tensors.Select(pair => (pair.Key, pair.Value.Shape, pair.Value.Values))],
            new Dictionary<string, string>());
    }

    private void Add(PlainRandom random, string name, double scale, params int[] shape) =>
        _tensors.Add(name, (shape, random.Normals(shape.Aggregate(1, (product, extent) => product * extent), scale)));

    private void AddNorm(PlainRandom random, string name, int width) =>
        _tensors.Add(name, ([width], Array.ConvertAll(random.Normals(width, 0.1), value => 1 + value)));
}
