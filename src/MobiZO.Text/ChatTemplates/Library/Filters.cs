using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>
/// The filters, which stand behind "|". Those of texts, numbers and items are in the facets beside this one. Text is HTML-escaped only when
/// a template asks for it.
/// </summary>
internal static partial class Filters
{
    private static readonly string[] s_unsupported = ["filesizeformat", "pprint", "random", "striptags", "urlize", "wordwrap", "xmlattr"];

    public static Registry<TemplateValue, TemplateValue> All { get; } =
        AddItemFilters(AddNumberFilters(AddTextFilters(new Registry<TemplateValue, TemplateValue>())))
            .Add(
                "default",
                ["default_value", "boolean"],
                (value, arguments) =>
                    value is UndefinedValue || (arguments.Flag(1) && !value.IsTrue) ? arguments[0] ?? TextValue.Empty : value
            )
            .Alias("d", "default")
            .Add("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"], ToJson)
            .Add("attr", ["name"], (value, arguments) => Members.Attribute(value, arguments.Text(0), arguments.Context));

    public static ChatTemplateException Unknown(string name, RenderContext context) =>
        context.Error(
            s_unsupported.Contains(name) ? $"The filter '{name}' is not supported in chat templates" : $"No filter named '{name}'"
        );

    private static TextValue ToJson(TemplateValue value, BoundArguments arguments)
    {
        var context = arguments.Context;
        var indent = IndentOf(arguments);
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (arguments[2] is not (null or NoneValue))
        {
            var parts = Operators.Iterate(arguments.Required(2), context);
            (item, key) = parts is [TextValue itemText, TextValue keyText]
                ? (itemText.Text, keyText.Text)
                : throw arguments.Wrong(2, "two texts");
        }

        var json = new PythonJson(context)
        {
            EnsureAscii = arguments.Flag(0),
            Indent = indent,
            ItemSeparator = item,
            KeySeparator = key,
            SortKeys = arguments.Flag(3),
        };
        return context.Text(json.Write(value));
    }

    private static string? IndentOf(BoundArguments arguments)
    {
        switch (arguments[1])
        {
            case null or NoneValue:
                return null;
            case TextValue text:
                return text.Text;
            default:
                var width = Math.Max(0, arguments.Integer(1));
                arguments.Context.CheckTextLength(width);
                return new string(' ', width);
        }
    }
}
