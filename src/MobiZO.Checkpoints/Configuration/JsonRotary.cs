using System.Globalization;
using System.Text.Json;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>The rotary embedding of a <c>config.json</c>, in either layout.</summary>
/// <remarks>Source of the keys and of what absent ones mean: transformers, <c>modeling_rope_utils.py</c>.</remarks>
internal sealed class JsonRotary
{
    private const string PartialFactor = "partial_rotary_factor",
        OriginalMaxPositions = "original_max_position_embeddings",
        Factor = "factor",
        AttentionFactor = "attention_factor";

    private static readonly string[] s_ropeKeys =
    [
        "rope_type",
        "type",
        "rope_theta",
        Factor,
        "low_freq_factor",
        "high_freq_factor",
        OriginalMaxPositions,
        PartialFactor,
        AttentionFactor,
        "beta_fast",
        "beta_slow",
        "mscale",
        "mscale_all_dim",
        "truncate",
        "finetuned",
        "short_factor",
        "long_factor",
    ];

    // Kinds of layers that may be rotated in two ways.
    private static readonly string[] s_sections = ["full_attention", "sliding_attention"];

    private readonly JsonSection _json;
    private readonly RotaryKeys _keys;
    private readonly JsonSection _parameters;
    private readonly double _theta;
    private readonly int _dimensions;
    private readonly int _headDimension;

    /// <param name="json">The config.</param>
    /// <param name="headDimension">Width of a head.</param>
    /// <param name="keys">What the family calls the facts.</param>
    public JsonRotary(JsonSection json, int headDimension, RotaryKeys keys)
    {
        (_json, _keys, _headDimension) = (json, keys, headDimension);
        _parameters = FindParameters() ?? json.Empty;
        _theta = _parameters.OptionalPositiveNumber("rope_theta") ?? json.OptionalPositiveNumber(keys.Theta.Json!) ?? keys.DefaultTheta;
        _dimensions = ReadDimensions();
    }

    /// <summary>The base of the frequencies.</summary>
    public double Theta => _theta;

    /// <summary>Rotated dimensions of each head.</summary>
    public int Dimensions => _dimensions;

    /// <exception cref="CheckpointException">A value is wrong or not supported.</exception>
    public RotaryDescription Read()
    {
        RefuseUnknown();
        string key = _parameters.Has("rope_type") || !_parameters.Has("type") ? "rope_type" : "type";
        string type = _parameters.OptionalText(key) ?? "default";
        RotaryDescription rotary = _keys.LongRopeNames.Contains(type)
            ? ReadLongRope()
            : type switch
            {
                "default" when _parameters.OptionalPositiveNumber(Factor) is not (null or 1) => throw _parameters.Bad(
                    Factor,
                    $"1 without a scaling ({key}: linear, dynamic, llama3 or yarn)"
                ),
                "default" => RopeFrequencies.Default(_theta, _dimensions),
                "linear" => RopeFrequencies.Linear(_theta, _dimensions, ReadFactor()),
                "dynamic" => ReadDynamic(),
                "llama3" => RopeFrequencies.Llama3(_theta, _dimensions, ReadLlama3()),
                "yarn" => ReadYarn(),
                _ => throw _parameters.Bad(key, "a supported scaling (default, linear, dynamic, llama3, yarn or longrope)"),
            };
        return _dimensions == _headDimension
            ? rotary
            : rotary with
            {
                Text = $"{rotary.Text}, {_dimensions} of {_headDimension} dimensions",
            };
    }

    /// <summary>What transformers 5 writes, by kind of layer where a family has two; else what was published before.</summary>
    private JsonSection? FindParameters()
    {
        if (_json.OptionalSection("rope_parameters") is not { } all)
        {
            return _keys.IsScaled ? _json.OptionalSection("rope_scaling") : null;
        }

        if (_json.Has("rope_scaling"))
        {
            throw _json.Bad("rope_scaling", "no such key beside rope_parameters, which says the same (remove the one that is not meant)");
        }

        return _keys.Section is not { } section ? all
            : all.Keys.FirstOrDefault(key => !s_sections.Contains(key)) is { } other
                ? throw all.Bad(other, $"only {string.Join(" and ", s_sections)}")
            : all.OptionalSection(section);
    }

    private int ReadDimensions()
    {
        (JsonSection Section, string Key)? found = null;
        foreach (var place in new[] { (_parameters, PartialFactor), (_json, PartialFactor), (_json, _keys.Part ?? PartialFactor) })
        {
            found ??= place.Item1.Has(place.Item2) ? place : null;
        }

        double part = found is { } one ? one.Section.PositiveNumber(one.Key) : _keys.DefaultPart;
        int dimensions = part <= 1 ? (int)(_headDimension * part) : 0;
        if (_keys.Part is null && part != 1)
        {
            throw found!.Value.Section.Bad(found.Value.Key, "1");
        }

        return dimensions >= 2 && dimensions % 2 == 0
            ? dimensions
            : throw (found?.Section ?? _json).Bad(
                found?.Key ?? _keys.Part!,
                string.Create(CultureInfo.InvariantCulture, $"a part of {_headDimension} dimensions that is an even number of them")
            );
    }

    // A setting of a scaling that is not known would be left out in silence.
    private void RefuseUnknown()
    {
        if (_parameters.Keys.FirstOrDefault(key => !s_ropeKeys.Contains(key) && _parameters.Has(key)) is { } unknown)
        {
            throw _parameters.Bad(unknown, $"only {string.Join(", ", s_ropeKeys)}");
        }

        if (_parameters.Has("rope_type") && _parameters.Has("type") && _parameters.Text("rope_type") != _parameters.Text("type"))
        {
            throw _parameters.Bad("type", $"the same as rope_type, '{_parameters.Text("rope_type")}'");
        }
    }

    private double ReadFactor() =>
        _parameters.PositiveNumber(Factor) is var factor and >= 1 ? factor : throw _parameters.Bad(Factor, "a number from 1 up");

    private int ReadMaxPositions() => _json.Int32("max_position_embeddings", 1);

    // What is not in the section stands beside it (Phi-3), or is the context that the config gives.
    private int ReadOriginalMaxPositions() =>
        _parameters.OptionalInt32(OriginalMaxPositions, 1) ?? _json.OptionalInt32(OriginalMaxPositions, 1) ?? ReadMaxPositions();

    private double ReadFactorOrRatio() =>
        _parameters.Has(Factor) ? ReadFactor() : Math.Max(1, (double)ReadMaxPositions() / ReadOriginalMaxPositions());

    /// <summary>Frequencies change only in sequences longer than the context, which no program is given.</summary>
    private RotaryDescription ReadDynamic()
    {
        (double factor, int context) = (ReadFactor(), ReadMaxPositions());
        RotaryDescription plain = RopeFrequencies.Default(_theta, _dimensions);
        return plain with
        {
            Text = FormattableString.Invariant($"{plain.Text}, dynamic factor {factor} behind {context} tokens"),
            MaxPositions = context,
        };
    }

    private Llama3Scaling ReadLlama3()
    {
        var scaling = new Llama3Scaling(
            ReadFactor(),
            _parameters.PositiveNumber("low_freq_factor"),
            _parameters.PositiveNumber("high_freq_factor"),
            _parameters.Int32(OriginalMaxPositions, 1)
        );
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw _parameters.Bad(
                "high_freq_factor",
                $"more than low_freq_factor = {JsonSerializer.Serialize(scaling.LowFrequencyFactor)}"
            );
    }

    private RotaryDescription ReadYarn()
    {
        if (_theta <= 1)
        {
            throw _json.Bad(_keys.Theta.Json!, "a number above 1 (YaRN divides by its logarithm)");
        }

        double factor = ReadFactorOrRatio();
        (double? scale, double? scaleOfAll) = (ReadScale("mscale"), ReadScale("mscale_all_dim"));
        return RopeFrequencies.Yarn(
            _theta,
            _dimensions,
            new YarnScaling(factor, ReadOriginalMaxPositions())
            {
                FastTurns = _parameters.OptionalPositiveNumber("beta_fast") ?? 32,
                SlowTurns = _parameters.OptionalPositiveNumber("beta_slow") ?? 1,
                IsTruncated = !_parameters.Has("truncate") || _parameters.Flag("truncate"),
                AttentionFactor =
                    _parameters.OptionalPositiveNumber(AttentionFactor)
                    ?? (
                        scale is { } own && scaleOfAll is { } all
                            ? YarnScaling.Magnitude(factor, own) / YarnScaling.Magnitude(factor, all)
                            : YarnScaling.Magnitude(factor, 1)
                    ),
            }
        );
    }

    // 0 means that there is none.
    private double? ReadScale(string key) =>
        _parameters.Has(key) && !_parameters.IsNumber(key, 0) ? _parameters.OptionalPositiveNumber(key) : null;

    private RotaryDescription ReadLongRope()
    {
        if (!_parameters.Has(OriginalMaxPositions) && !_json.Has(OriginalMaxPositions))
        {
            throw _json.Bad(OriginalMaxPositions, "the context that the short factors were made for");
        }

        int original = ReadOriginalMaxPositions();
        double factor = ReadFactorOrRatio();
        ReadDivisors("long_factor");
        if (original < 2)
        {
            throw _json.Bad(OriginalMaxPositions, "a whole number from 2 up");
        }

        return RopeFrequencies.LongRope(
            _theta,
            _dimensions,
            ReadDivisors("short_factor"),
            original,
            _parameters.OptionalPositiveNumber(AttentionFactor) ?? Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original)))
        );
    }

    private double[] ReadDivisors(string key)
    {
        double[] divisors = _parameters.PositiveNumbers(key);
        return divisors.Length == _dimensions / 2
            ? divisors
            : throw _parameters.Bad(key, string.Create(CultureInfo.InvariantCulture, $"a list of {_dimensions / 2} numbers"));
    }
}
