using System.Text.RegularExpressions;

namespace MobiZO.Adapters;

/// <summary>Which linear modules carry the adapter, as users write it.</summary>
/// <remarks>
/// <c>q_proj,v_proj</c>: modules whose name is one of these or ends with it behind a dot, as in peft; the short forms q, k, v, o, gate, up
/// and down stand for <c>q_proj</c> and so on. <c>all-linear</c>: all in the layers. <c>auto</c>: what the model's family names. Anything
/// else is a regular expression that must match the whole name.
/// </remarks>
internal sealed class TargetSelection
{
    /// <summary>The word for what the family of the model names.</summary>
    public const string AutoWord = "auto";

    private const string AllLinear = "all-linear";

    private static readonly HashSet<string> s_shortForms = ["q", "k", "v", "o", "gate", "up", "down"];

    private readonly string _text;
    private readonly LayerFilter _layers;

    private TargetSelection(string text, LayerFilter layers)
    {
        _text = text;
        _layers = layers;
    }

    /// <summary>Reads a selection.</summary>
    /// <param name="targets">What the user wrote.</param>
    /// <param name="layers">The layers it is limited to; null: none.</param>
    /// <param name="familyTargets">What <see cref="AutoWord"/> means for the model; null: nothing, the word is a name like others.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static TargetSelection Parse(string targets, LayerFilter? layers = null, string? familyTargets = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(targets);
        var text = targets.Trim();
        return new TargetSelection(text == AutoWord && familyTargets is not null ? familyTargets : text, layers ?? LayerFilter.All);
    }

    /// <summary>Whether a text is a regular expression over whole module names, and so names the layers itself.</summary>
    public static bool IsExpression(string targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var text = targets.Trim();
        return text != AllLinear && !text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or ',' or ' ');
    }

    /// <summary>Chooses among the linear modules of a model.</summary>
    /// <param name="available">Their names, in the order of the model.</param>
    /// <exception cref="ArgumentException">A name, the expression or a layer matches nothing; the message lists what exists.</exception>
    public TargetMatch Select(IReadOnlyList<string> available)
    {
        ArgumentNullException.ThrowIfNull(available);
        var candidates = Match(available);
        var layerCount = available.Select(name => ModuleNames.LayerOf(name) + 1 ?? 0).DefaultIfEmpty(0).Max();
        var layers = _layers.Resolve(layerCount);
        var chosen = layers is null
            ? candidates
            : [.. candidates.Where(name => ModuleNames.LayerOf(name) is { } layer && layers.Contains(layer))];
        if (chosen.Count == 0)
        {
            throw new ArgumentException(
                $"targets '{_text}' match nothing in layers {string.Join(", ", layers ?? [])}; {Existing(available)}"
            );
        }

        return Describe(chosen, available, layers);
    }

    private IReadOnlyList<string> Match(IReadOnlyList<string> available)
    {
        if (_text == AllLinear)
        {
            var modules = available.Where(name => ModuleNames.LayerOf(name) is not null).ToArray();
            return modules.Length > 0
                ? modules
                : throw new ArgumentException($"targets '{AllLinear}' match nothing; {Existing(available)}");
        }

        if (!IsExpression(_text))
        {
            return MatchNames(available);
        }

        try
        {
            var expression = new Regex($@"\A(?:{_text})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            var modules = available.Where(name => expression.IsMatch(name)).ToArray();
            return modules.Length > 0
                ? modules
                : throw new ArgumentException($"targets '{_text}': the expression matches no whole module name; {Existing(available)}");
        }
        catch (RegexParseException error)
        {
            throw new ArgumentException(
                $"targets '{_text}': neither a list of names, nor {AllLinear}, nor a regular expression: {error.Message}",
                error
            );
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new ArgumentException($"targets '{_text}': the expression takes too long to match; write a simpler one", error);
        }
    }

    private string[] MatchNames(IReadOnlyList<string> available)
    {
        var written = _text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var names = written.Select(name => s_shortForms.Contains(name) ? $"{name}_proj" : name).ToArray();
        var absent = names.Where(name => !available.Any(module => ModuleNames.EndsWith(module, name))).ToArray();
        if (absent.Length > 0 || names.Length == 0)
        {
            throw new ArgumentException(
                $"targets '{_text}': no module is named {(names.Length == 0 ? "so" : string.Join(" or ", absent))}; {Existing(available)}"
            );
        }

        return [.. available.Where(module => names.Any(name => ModuleNames.EndsWith(module, name)))];
    }

    private static TargetMatch Describe(IReadOnlyList<string> chosen, IReadOnlyList<string> available, IReadOnlyList<int>? layers)
    {
        string[] endings = [.. chosen.Select(ModuleNames.LastPart).Distinct()];
        bool IsMeant(string name) =>
            endings.Any(ending => ModuleNames.EndsWith(name, ending))
            && (layers is null || (ModuleNames.LayerOf(name) is { } layer && layers.Contains(layer)));
        var exact = available.Where(IsMeant).SequenceEqual(chosen);
        return new TargetMatch
        {
            Modules = chosen,
            TargetModules = exact ? endings : chosen,
            LayersToTransform = exact ? layers : null,
        };
    }

    private static string Existing(IReadOnlyList<string> available)
    {
        var groups = available
            .GroupBy(ModuleNames.LastPart)
            .Select(group => group.Count() == 1 ? group.Key : FormattableString.Invariant($"{group.Key} ({group.Count()})"));
        return available.Count == 0 ? "the model has no linear module" : $"the model has {string.Join(", ", groups)}";
    }
}
