using System.Text;
using MobiZO.Text.ChatTemplates.Syntax;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>Carries out the statements of a template. The facet beside it evaluates expressions.</summary>
internal sealed partial class Interpreter
{
    private readonly RenderContext _context = new();
    private readonly List<Range> _generationSpans = [];
    private readonly StringBuilder _root = new();
    private readonly IProgress<string>? _undefinedNames;
    private StringBuilder _output;

    private Interpreter(IProgress<string>? undefinedNames)
    {
        (_output, _undefinedNames) = (_root, undefinedNames);
    }

    private enum Flow
    {
        Onward,
        Break,
        Continue,
    }

    /// <summary>Renders a template.</summary>
    /// <returns>The text, and the parts of it that <c>generation</c> tags mark.</returns>
    /// <param name="template">The statements.</param>
    /// <param name="variables">What they see.</param>
    /// <param name="undefinedNames">Told the name of a variable that is undefined and printed all the same; may be null.</param>
    public static RenderedChat Render(
        IReadOnlyList<Statement> template,
        IEnumerable<KeyValuePair<string, TemplateValue>> variables,
        IProgress<string>? undefinedNames = null
    )
    {
        var interpreter = new Interpreter(undefinedNames);
        var globals = new Scope(null);
        foreach (var (name, value) in Library.Functions.All)
        {
            globals.Set(name, value);
        }

        var scope = new Scope(globals);
        foreach (var (name, value) in variables)
        {
            scope.Set(name, value);
        }

        interpreter.Run(template, scope);
        return new RenderedChat(interpreter._root.ToString(), interpreter._generationSpans);
    }

    private Flow Run(IReadOnlyList<Statement> statements, Scope scope)
    {
        _context.Enter();
        foreach (var statement in statements)
        {
            _context.Line = statement.Line;
            _context.Spend();
            var flow = Run(statement, scope);
            if (flow != Flow.Onward)
            {
                _context.Leave();
                return flow;
            }
        }

        _context.Leave();
        return Flow.Onward;
    }

    private Flow Run(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(text.Text);
                return Flow.Onward;
            case OutputStatement output:
                var value = Evaluate(output.Value, scope);
                if (value is UndefinedValue && output.Value is NameExpression unknown)
                {
                    _undefinedNames?.Report(unknown.Name);
                }

                Write(PythonText.Display(value, _context));
                return Flow.Onward;
            case IfStatement choice:
                return RunIf(choice, scope);
            case ForStatement loop:
                RunLoop(loop, Evaluate(loop.Items, scope), scope, 1);
                return Flow.Onward;
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value, scope), scope);
                return Flow.Onward;
            case SetBlockStatement set:
                var body = Capture(set.Body, new Scope(scope));
                Assign(set.Target, set.Filter is null ? body : ApplyFilter(set.Filter, scope, body), scope);
                return Flow.Onward;
            case FilterBlockStatement block:
                Write(PythonText.Display(ApplyFilter(block.Filter, scope, Capture(block.Body, new Scope(scope))), _context));
                return Flow.Onward;
            case WithStatement with:
                return RunWith(with, scope);
            case MacroStatement macro:
                scope.Set(macro.Macro.Name, MakeMacro(macro.Macro.Name, macro.Macro, scope));
                return Flow.Onward;
            case CallBlockStatement block:
                Write(PythonText.Display(EvaluateCall(block.Call, scope, MakeMacro(null, block.Caller, scope)), _context));
                return Flow.Onward;
            case GenerationStatement generation:
                return RunGeneration(generation, scope);
            default:
                throw _context.Error($"The construct {statement.GetType().Name} is not supported");
        }
    }

    private Flow RunIf(IfStatement choice, Scope scope)
    {
        foreach (var (condition, body) in choice.Branches)
        {
            if (Evaluate(condition, scope).IsTrue)
            {
                return Run(body, scope);
            }
        }

        return Run(choice.Otherwise, scope);
    }

    private void RunLoop(ForStatement statement, TemplateValue iterable, Scope scope, int depth)
    {
        _context.Line = statement.Line;
        var items = Operators.Iterate(iterable, _context);
        if (statement.Condition is { } condition)
        {
            var kept = new List<TemplateValue>();
            foreach (var item in items)
            {
                var filterScope = new Scope(scope);
                Assign(statement.Target, item, filterScope);
                if (Evaluate(condition, filterScope).IsTrue)
                {
                    kept.Add(item);
                }
            }

            items = kept;
        }

        if (items.Count == 0)
        {
            Run(statement.Otherwise, new Scope(scope));
            return;
        }

        Func<TemplateValue, TemplateValue>? recurse = statement.IsRecursive
            ? inner => CaptureText(() => RunLoop(statement, inner, scope, depth + 1))
            : null;
        var loop = new LoopValue(items, depth, recurse);
        for (var index = 0; index < items.Count; index++)
        {
            _context.Spend();
            loop.Index = index;
            var round = new Scope(scope);
            round.Set("loop", loop);
            Assign(statement.Target, items[index], round);
            if (Run(statement.Body, round) == Flow.Break)
            {
                return;
            }
        }
    }

    private Flow RunWith(WithStatement with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Variables)
        {
            Assign(target, Evaluate(value, scope), inner);
        }

        return Run(with.Body, inner);
    }

    private Flow RunGeneration(GenerationStatement generation, Scope scope)
    {
        var start = _output.Length;
        var flow = Run(generation.Body, new Scope(scope));

        // Text that is captured may be printed anywhere, or nowhere, so only what goes straight to the output has a place.
        if (ReferenceEquals(_output, _root))
        {
            _generationSpans.Add(start.._output.Length);
        }

        return flow;
    }

    private void Assign(AssignmentTarget target, TemplateValue value, Scope scope)
    {
        _context.Line = target.Line;
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case NamespaceTarget attribute:
                AssignAttribute(attribute, value, scope);
                break;
            case TupleTarget tuple:
                var items = Operators.Iterate(value, _context);
                if (items.Count != tuple.Items.Count)
                {
                    throw _context.Error($"Cannot unpack {items.Count} value(s) into {tuple.Items.Count} name(s)");
                }

                foreach (var (item, itemTarget) in items.Zip(tuple.Items))
                {
                    Assign(itemTarget, item, scope);
                }

                break;
        }
    }

    private void AssignAttribute(NamespaceTarget target, TemplateValue value, Scope scope)
    {
        if (scope.Find(target.Name) is not NamespaceValue holder)
        {
            throw _context.Error($"cannot assign attribute '{target.Attribute}' on '{target.Name}', which is not a namespace");
        }

        if (target.Attribute.StartsWith('_'))
        {
            throw _context.Error(
                $"Chat templates cannot store underscore-prefixed attributes on a namespace, but got '{target.Attribute}'"
            );
        }

        holder.Attributes[target.Attribute] = value;
    }

    /// <param name="name">The name it knows itself by; null for the block of a <c>call</c> tag.</param>
    /// <param name="macro">What it is.</param>
    /// <param name="scope">What its body sees.</param>
    private MacroValue MakeMacro(string? name, MacroDefinition macro, Scope scope) =>
        new(
            name,
            [.. macro.Parameters.Select(parameter => parameter.Name)],
            macro.NamesInBody,
            arguments => CallMacro(macro, arguments, scope)
        );

    private TemplateValue CallMacro(MacroDefinition macro, CallArguments arguments, Scope scope)
    {
        _context.Spend(macro.Parameters.Count);
        var inner = new Scope(scope);
        var named = new Dictionary<string, TemplateValue>(arguments.Named, StringComparer.Ordinal);
        for (var index = 0; index < macro.Parameters.Count; index++)
        {
            var (name, fallback) = macro.Parameters[index];
            var isNamed = named.Remove(name, out var value);
            if (index < arguments.Positional.Count)
            {
                value = isNamed
                    ? throw _context.Error($"macro '{macro.Name}' got multiple values for argument '{name}'")
                    : arguments.Positional[index];
            }

            value ??= fallback is null ? new UndefinedValue($"parameter '{name}' was not provided") : Evaluate(fallback, inner);
            inner.Set(name, value);
        }

        var rest = arguments.Positional.Skip(macro.Parameters.Count).ToList();
        var names = macro.NamesInBody;
        SetCaller(macro, names, named, inner);
        if (names.Contains("varargs"))
        {
            inner.Set("varargs", _context.Sequence(SequenceKind.Tuple, rest));
        }
        else if (rest.Count > 0)
        {
            throw _context.Error($"macro '{macro.Name}' takes not more than {macro.Parameters.Count} argument(s)");
        }

        if (names.Contains("kwargs"))
        {
            var entries = DictionaryValue.NewEntries();
            foreach (var (name, value) in named)
            {
                entries[new TextValue(name)] = value;
            }

            inner.Set("kwargs", _context.Dictionary(entries));
        }
        else if (named.Count > 0)
        {
            throw _context.Error($"macro '{macro.Name}' takes no keyword argument '{named.Keys.First()}'");
        }

        return Capture(macro.Body, inner);
    }

    private void SetCaller(MacroDefinition macro, IReadOnlySet<string> names, Dictionary<string, TemplateValue> named, Scope inner)
    {
        if (macro.Parameters.Any(parameter => parameter.Name == "caller") || !names.Contains("caller"))
        {
            return;
        }

        named.Remove("caller", out var caller);
        inner.Set("caller", caller ?? new UndefinedValue("No caller defined"));
    }

    private TextValue Capture(IReadOnlyList<Statement> body, Scope scope) => CaptureText(() => Run(body, scope));

    private TextValue CaptureText(Action action)
    {
        var outer = _output;
        _output = new StringBuilder();
        action();
        var text = _context.Text(_output.ToString());
        _output = outer;
        return text;
    }

    private void Write(string text)
    {
        _context.CheckTextLength((long)_output.Length + text.Length);
        _context.Spend(1 + (text.Length / 16));
        _output.Append(text);
    }
}
