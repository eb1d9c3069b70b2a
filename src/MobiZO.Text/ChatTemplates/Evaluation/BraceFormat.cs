using System.Globalization;
using System.Text;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>Python's <c>'{}'.format(value)</c> with plain fields: {}, {0} and {name}.</summary>
internal static class BraceFormat
{
    public static string Apply(string format, BoundArguments arguments)
    {
        var context = arguments.Context;
        var next = 0;
        var builder = new StringBuilder();
        for (var index = 0; index < format.Length; index++)
        {
            var character = format[index];
            if (character is not ('{' or '}'))
            {
                builder.Append(character);
            }
            else if (index + 1 < format.Length && format[index + 1] == character)
            {
                builder.Append(character);
                index++;
            }
            else if (character == '}')
            {
                throw context.Error("Single '}' encountered in format string");
            }
            else
            {
                var end = format.IndexOf('}', index);
                if (end < 0)
                {
                    throw context.Error("expected '}' before end of string");
                }

                builder.Append(PythonText.Display(Field(format[(index + 1)..end], ref next, arguments), context));
                context.CheckTextLength(builder.Length);
                index = end;
            }
        }

        return builder.ToString();
    }

    private static TemplateValue Field(string name, ref int next, BoundArguments arguments)
    {
        if (name.Length == 0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            var index = name.Length == 0 ? next++ : int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture);
            return index < arguments.Rest.Count
                ? arguments.Rest[index]
                : throw arguments.Context.Error($"Replacement index {index} out of range for positional args");
        }

        return name.AsSpan().IndexOfAny("!:.[{") < 0
            ? arguments.OtherNamed.GetValueOrDefault(name) ?? throw arguments.Context.Error($"The format field '{name}' has no value")
            : throw arguments.Context.Error($"The format field '{{{name}}}' is not supported; use {{}}, {{0}} or {{name}}");
    }
}
