namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>The evaluated arguments of one call.</summary>
internal sealed record CallArguments(
    RenderContext Context,
    IReadOnlyList<TemplateValue> Positional,
    IReadOnlyDictionary<string, TemplateValue> Named
)
{
    private static readonly Dictionary<string, TemplateValue> s_noneNamed = [];

    /// <summary>A call with positional arguments only.</summary>
    public static CallArguments Of(RenderContext context, params IReadOnlyList<TemplateValue> positional) =>
        new(context, positional, s_noneNamed);

    /// <summary>Assigns arguments to parameters by position and name.</summary>
    public BoundArguments Bind(Signature signature)
    {
        var parameters = signature.Parameters;
        var slots = new TemplateValue?[parameters.Count];
        for (var index = 0; index < Math.Min(slots.Length, Positional.Count); index++)
        {
            slots[index] = Positional[index];
        }

        var rest = Positional.Skip(slots.Length).ToList();
        if (rest.Count > 0 && !signature.IsOpen)
        {
            throw Context.Error($"{signature.Name}() takes at most {slots.Length} argument(s), {Positional.Count} given");
        }

        var otherNamed = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var (name, value) in Named)
        {
            var index = Array.IndexOf(signature.Names, name);
            if (index < 0)
            {
                if (!signature.IsOpen)
                {
                    throw Context.Error($"{signature.Name}() got an unexpected keyword argument '{name}'");
                }

                otherNamed.Add(name, value);
            }
            else if (slots[index] is not null)
            {
                throw Context.Error($"{signature.Name}() got multiple values for argument '{name}'");
            }
            else
            {
                slots[index] = value;
            }
        }

        foreach (var value in slots.OfType<TemplateValue>().Concat(rest))
        {
            Context.Spend(value.Weight);
        }

        return new BoundArguments(signature.Name, signature.Names, slots, rest, otherNamed, Context);
    }
}
