namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Something that can be called: a function of the library, a method bound to its object, or a macro.</summary>
/// <param name="typeName">What error messages call it.</param>
/// <param name="description">How it prints.</param>
/// <param name="invoke">What a call does.</param>
internal class CallableValue(string typeName, string description, Func<CallArguments, TemplateValue> invoke) : TemplateValue
{
    public override string TypeName => typeName;

    public override string Description => description;

    public TemplateValue Invoke(CallArguments arguments) => invoke(arguments);
}
