using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Adapters;

/// <summary>A LoRA adapter: what it adds to which modules of the base model, and the facts its folder must carry.</summary>
public sealed record LoraAdapter
{
    /// <summary>Rank r of every module.</summary>
    public required int Rank { get; init; }

    /// <summary>lora_alpha.</summary>
    public required float Alpha { get; init; }

    /// <summary>True: the scale is alpha / sqrt(r) (rank-stabilised LoRA); false: alpha / r.</summary>
    public bool IsRankStabilized { get; init; }

    /// <summary>
    /// Scope <c>activated</c>: only tokens from the last occurrence of these on carry the adapter. Empty: scope <c>all</c>, every token
    /// carries it.
    /// </summary>
    public IReadOnlyList<int> InvocationTokens { get; init; } = [];

    /// <summary>
    /// fan_in_fan_out: the base model stores the weights of the modules [in, out]. A and B are [r, in] and [out, r] either way.
    /// </summary>
    public bool IsFanInFanOut { get; init; }

    /// <summary>Which tokens carry the adapter.</summary>
    public AdapterScope Scope => InvocationTokens.Count > 0 ? AdapterScope.Activated : AdapterScope.All;

    /// <summary>Name or path of the base model, if known.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The files that the base model had, if known.</summary>
    public BaseIdentity? Base { get; init; }

    /// <summary>What the folder names as target modules: name endings, or whole names; empty: the whole names of the modules.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>The layers those endings are limited to; null: all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>The adapted modules in order.</summary>
    public required IReadOnlyList<LoraModule> Modules { get; init; }

    /// <summary>Factor of the low-rank product.</summary>
    public float Scale => IsRankStabilized ? (float)(Alpha / Math.Sqrt(Rank)) : Alpha / Rank;

    /// <summary>The layout of the trained state: the B of all modules in order.</summary>
    public StateLayout Layout =>
        StateLayout.Create(Modules.Select(module => (module.Name, module.InputSize, module.OutputSize, module.Rank)));

    /// <summary>SHA-256 of every A with its module's name: what a run starts from.</summary>
    internal string DigestOfA() => DigestOf(module => module.A);

    /// <summary>SHA-256 of every B with its module's name: what a run that goes on from an adapter starts from.</summary>
    internal string DigestOfB() => DigestOf(module => module.B);

    private string DigestOf(Func<LoraModule, float[]> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var module in Modules)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{module.Name}\n"));
            hash.AppendData(MemoryMarshal.AsBytes(values(module).AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A fresh adapter, which changes nothing: A drawn Kaiming-uniform from the seed, B zero.</summary>
    /// <param name="modules">Names and sizes in order.</param>
    /// <param name="rank">Rank r.</param>
    /// <param name="alpha">lora_alpha.</param>
    /// <param name="seed">Seed of the run.</param>
    public static LoraAdapter CreateFresh(
        IEnumerable<(string Name, int InputSize, int OutputSize)> modules,
        int rank,
        float alpha,
        ulong seed
    )
    {
        var layout = StateLayout.Create(modules.Select(module => (module.Name, module.InputSize, module.OutputSize, rank)));
        var source = new NoiseSource(seed);
        return new LoraAdapter
        {
            Rank = rank,
            Alpha = alpha,
            Modules =
            [
                .. layout.Segments.Select(
                    (segment, index) =>
                    {
                        var a = new float[rank * segment.InputSize];
                        source.FillInitialA(index, segment.InputSize, a);
                        return new LoraModule(segment.Name, rank, segment.InputSize, segment.OutputSize, a, new float[segment.Length]);
                    }
                ),
            ],
        };
    }

    /// <summary>Whether another adapter has the same modules with the same A and B, bit for bit, in whatever order.</summary>
    public bool HasSameWeightsAs(LoraAdapter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var modules = other.Modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        static bool AreSame(float[] first, float[] second) =>
            MemoryMarshal.AsBytes<float>(first).SequenceEqual(MemoryMarshal.AsBytes<float>(second));
        return modules.Count == Modules.Count
            && Modules.All(module =>
                modules.TryGetValue(module.Name, out var twin)
                && module.Rank == twin.Rank
                && AreSame(module.A, twin.A)
                && AreSame(module.B, twin.B)
            );
    }

    /// <summary>The trained state as one array, in the order of <see cref="Layout"/>.</summary>
    public float[] ToState() => [.. Modules.SelectMany(module => module.B)];

    /// <summary>
    /// The same adapter with its modules in another order; folders keep none, and a trained state is only meaningful in its own.
    /// </summary>
    /// <exception cref="ArgumentException">The names are not those of the modules.</exception>
    public LoraAdapter OrderedAs(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var modules = Modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var absent = names.Where(name => !modules.ContainsKey(name)).ToArray();
        if (absent.Length > 0 || names.Count != Modules.Count)
        {
            var unknown = absent.Length == 0 ? "" : $", unknown: {string.Join(", ", absent)}";
            throw new ArgumentException(
                $"expected the adapter's {Modules.Count} modules in some order, found {names.Count} names{unknown}"
            );
        }

        return this with
        {
            Modules = [.. names.Select(name => modules[name])],
        };
    }

    /// <summary>The same adapter with another trained state.</summary>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public LoraAdapter WithState(ReadOnlySpan<float> state)
    {
        var layout = Layout;
        if (state.Length != layout.Total)
        {
            throw new ArgumentException($"expected {layout.Total} trained values, found {state.Length}");
        }

        var modules = new LoraModule[Modules.Count];
        for (var index = 0; index < modules.Length; index++)
        {
            var module = Modules[index];
            var segment = layout.Segments[index];
            modules[index] = new LoraModule(
                module.Name,
                module.Rank,
                module.InputSize,
                module.OutputSize,
                module.A,
                state.Slice(segment.Offset, segment.Length).ToArray()
            );
        }

        return this with
        {
            Modules = modules,
        };
    }
}
