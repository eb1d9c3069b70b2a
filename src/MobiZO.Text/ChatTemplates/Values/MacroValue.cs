namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>A macro, or the block that a <c>call</c> tag hands to one; that has no name.</summary>
/// <param name="name">Its name, or null.</param>
/// <param name="parameters">Names of its parameters.</param>
/// <param name="namesInBody">Names that its body uses: those of further arguments decide what it takes.</param>
/// <param name="invoke">What a call does.</param>
internal sealed class MacroValue(
    string? name,
    IReadOnlyList<string> parameters,
    IReadOnlySet<string> namesInBody,
    Func<CallArguments, TemplateValue> invoke
) : CallableValue("Macro", name is null ? "<Macro anonymous>" : $"<Macro '{name}'>", invoke)
{
    public TemplateValue? Find(string attribute, RenderContext context) =>
        attribute switch
        {
            "name" => name is null ? NoneValue.Instance : new TextValue(name),
            "arguments" => context.Sequence(SequenceKind.Tuple, [.. parameters.Select(parameter => new TextValue(parameter))]),
            "catch_kwargs" => BooleanValue.Of(namesInBody.Contains("kwargs")),
            "catch_varargs" => BooleanValue.Of(namesInBody.Contains("varargs")),
            "caller" => BooleanValue.Of(namesInBody.Contains("caller")),
            _ => null,
        };
}
