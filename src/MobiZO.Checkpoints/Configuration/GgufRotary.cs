using System.Globalization;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>The rotary embedding of a GGUF file: metadata, and divisors of frequencies that lie among the tensors.</summary>
/// <remarks>Source of keys and defaults: llama.cpp's converter and its reader of hyper-parameters.</remarks>
/// <param name="file">The file.</param>
/// <param name="architecture">Its <c>general.architecture</c>.</param>
/// <param name="headDimension">Width of a head.</param>
/// <param name="keys">What the family calls the facts.</param>
internal sealed class GgufRotary(GgufParts file, string architecture, int headDimension, RotaryKeys keys)
{
    private const string Divisors = "rope_freqs.weight",
        ShortDivisors = "rope_factors_short.weight",
        LongDivisors = "rope_factors_long.weight",
        Default = "linear";

    /// <summary>Tensors of divisors of frequencies: the config is read from them, they are no weights.</summary>
    public static IReadOnlyList<string> Tensors => [Divisors, ShortDivisors, LongDivisors];

    private GgufMetadata Metadata => file.Metadata;

    /// <param name="theta">The base of the frequencies.</param>
    /// <exception cref="CheckpointException">A value is wrong or not supported.</exception>
    public RotaryDescription Read(double theta)
    {
        int dimensions = ReadDimensions();
        RotaryDescription rotary = keys.IsScaled ? Read(theta, dimensions) : RopeFrequencies.Default(theta, dimensions);
        double attention = Metadata.OptionalPositiveNumber(Name("rope.scaling.attn_factor")) ?? 1;
        return rotary with
        {
            Factor = rotary.Factor * attention,
            Text = dimensions == headDimension ? rotary.Text : $"{rotary.Text}, {dimensions} of {headDimension} dimensions",
        };
    }

    private RotaryDescription Read(double theta, int dimensions)
    {
        string type = Metadata.OptionalText(Name("rope.scaling.type")) ?? Default;
        if (type == "longrope" || file.Tensors.ContainsKey(ShortDivisors))
        {
            foreach (string key in new[] { Name("rope.scaling.factor"), Name("rope.scale_linear") })
            {
                if (!Metadata.IsNumber(key, 1))
                {
                    throw Metadata.Bad(key, "1 beside the factors of LongRoPE");
                }
            }

            int original = Metadata.Int32(Name("rope.scaling.original_context_length"), 2);
            return RopeFrequencies.LongRope(
                theta,
                dimensions,
                [.. ReadDivisors(ShortDivisors, dimensions).Select(divisor => (double)divisor)],
                original,
                1
            );
        }

        double factor = ReadFactor(type);
        if (file.Tensors.ContainsKey(Divisors))
        {
            return type == "yarn"
                ? throw Metadata.Bad(Name("rope.scaling.type"), $"none or linear beside tensor '{Divisors}'")
                : RopeFrequencies.Divided(theta, dimensions, ReadDivisors(Divisors, dimensions), factor);
        }

        return type == "yarn" ? ReadYarn(theta, dimensions, factor)
            : factor == 1 ? RopeFrequencies.Default(theta, dimensions)
            : RopeFrequencies.Linear(theta, dimensions, factor);
    }

    private int ReadDimensions()
    {
        string key = Name("rope.dimension_count");
        int dimensions = Metadata.OptionalInt32(key, 1) ?? headDimension;
        if (keys.Part is null && dimensions != headDimension)
        {
            throw Metadata.Bad(key, $"the same as the width of a head, {headDimension}");
        }

        return dimensions <= headDimension && dimensions % 2 == 0
            ? dimensions
            : throw Metadata.Bad(key, $"an even number up to the width of a head, {headDimension}");
    }

    private double ReadFactor(string type)
    {
        string key = Name("rope.scaling.factor");
        return type switch
        {
            "none" => 1,
            Default or "yarn" => Metadata.OptionalPositiveNumber(Metadata.Has(key) ? key : Name("rope.scale_linear")) ?? 1,
            _ => throw Metadata.Bad(
                Name("rope.scaling.type"),
                $"a supported scaling (none, linear, yarn or longrope; llama3 comes as tensor {Divisors})"
            ),
        };
    }

    private RotaryDescription ReadYarn(double theta, int dimensions, double factor)
    {
        // Runtimes do not agree on what these do.
        foreach ((string key, double neutral) in new[] { ("yarn_ext_factor", 1.0), ("yarn_attn_factor", 1), ("yarn_log_multiplier", 0) })
        {
            string name = Name("rope.scaling." + key);
            if (!Metadata.IsNumber(name, neutral))
            {
                throw Metadata.Bad(name, string.Create(CultureInfo.InvariantCulture, $"{neutral} (what else it does is not supported)"));
            }
        }

        if (theta <= 1 || factor < 1)
        {
            throw factor < 1
                ? Metadata.Bad(Name("rope.scaling.factor"), "a number from 1 up")
                : Metadata.Bad(Name(keys.Theta.Gguf!), "a number above 1 (YaRN divides by its logarithm)");
        }

        int original = Metadata.OptionalInt32(Name("rope.scaling.original_context_length"), 1) ?? Metadata.Int32(Name("context_length"), 1);
        return RopeFrequencies.Yarn(
            theta,
            dimensions,
            new YarnScaling(factor, original)
            {
                FastTurns = Metadata.OptionalPositiveNumber(Name("rope.scaling.yarn_beta_fast")) ?? 32,
                SlowTurns = Metadata.OptionalPositiveNumber(Name("rope.scaling.yarn_beta_slow")) ?? 1,
            }
        );
    }

    private float[] ReadDivisors(string name, int dimensions)
    {
        if (!file.Tensors.TryGetValue(name, out GgufTensor? tensor))
        {
            throw new CheckpointException($"{file.PathOf(name)}: tensor '{name}': expected F32 [{dimensions / 2}], found no such tensor.");
        }

        if (tensor.Type != GgufTensorType.F32 || tensor.Count != dimensions / 2)
        {
            throw new CheckpointException(
                $"{file.PathOf(name)}: tensor '{name}': expected F32 [{dimensions / 2}], found {tensor.Type} "
                    + $"[{string.Join(", ", tensor.Shape)}]."
            );
        }

        var divisors = new float[dimensions / 2];
        file.Read(tensor, 0, divisors);
        int bad = Array.FindIndex(divisors, divisor => !(divisor > 0 && float.IsFinite(divisor)));
        return bad < 0
            ? divisors
            : throw new CheckpointException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.PathOf(name)}: tensor '{name}': expected finite values above 0, found {divisors[bad]} at {bad}."
                )
            );
    }

    private string Name(string key) => $"{architecture}.{key}";
}
