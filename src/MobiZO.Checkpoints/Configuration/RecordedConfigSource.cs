using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>A <c>config.json</c> that notes, under the names of GGUF metadata, every fact that a family asks it for.</summary>
/// <param name="json">The config.</param>
internal sealed class RecordedConfigSource(JsonSection json) : JsonConfigSource(json)
{
    private readonly JsonSection _config = json;
    private readonly OrderedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>Keys without the architecture in front: whole numbers (uint), numbers (float), flags and texts.</summary>
    public IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>Divisors of the frequencies, for the tensor that GGUF files have for them; null: there are none.</summary>
    public float[]? RotaryDivisors { get; private set; }

    public override int? OptionalInt32(ConfigKey key, int minimum, int maximum = int.MaxValue)
    {
        int? value = base.OptionalInt32(key, minimum, maximum);
        Note(key, value is { } number ? (uint)number : null);
        return value;
    }

    public override double? OptionalPositiveNumber(ConfigKey key)
    {
        double? value = base.OptionalPositiveNumber(key);
        Note(key, (float?)value);
        return value;
    }

    public override bool? OptionalFlag(ConfigKey key)
    {
        bool? value = base.OptionalFlag(key);
        Note(key, value);
        return value;
    }

    public override string? OptionalText(ConfigKey key)
    {
        string? value = base.OptionalText(key);
        Note(key, value);
        return value;
    }

    public override RotaryDescription Rotary(int headDimension, RotaryKeys? keys = null)
    {
        var rotary = new JsonRotary(_config, headDimension, keys ?? new RotaryKeys());
        RotaryDescription description = rotary.Read();
        if ((keys ?? new RotaryKeys()).Theta.Gguf is { } theta)
        {
            _values[theta] = (float)rotary.Theta;
        }

        _values["rope.dimension_count"] = (uint)rotary.Dimensions;
        RotaryDescription plain = RopeFrequencies.Default(rotary.Theta, rotary.Dimensions);
        double[] divisors = [.. plain.InverseFrequencies.Zip(description.InverseFrequencies, (own, scaled) => own / scaled)];
        if (divisors.Any(divisor => Math.Abs(divisor - divisors[0]) > 1e-9))
        {
            RotaryDivisors = Array.ConvertAll(divisors, divisor => (float)divisor);
        }
        else if (Math.Abs(divisors[0] - 1) > 1e-9)
        {
            (_values["rope.scaling.type"], _values["rope.scaling.factor"]) = ("linear", (float)divisors[0]);
        }

        return description;
    }

    private void Note(ConfigKey key, object? value)
    {
        if (key.Gguf is { } name && value is not null)
        {
            _values[name] = value;
        }
    }
}
