using MobiZO.Text.ChatTemplates.Library;
using MobiZO.Text.ChatTemplates.Syntax;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

internal sealed partial class Interpreter
{
    private TemplateValue Evaluate(Expression expression, Scope scope)
    {
        _context.Enter();
        _context.Spend();
        var value = EvaluateInside(expression, scope);
        _context.Leave();
        return value;
    }

    private TemplateValue EvaluateInside(Expression expression, Scope scope)
    {
        _context.Line = expression.Line;
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case NameExpression name:
                _context.Spend(scope.Level / 4);
                return scope.Find(name.Name) ?? new UndefinedValue($"'{name.Name}' is undefined{Functions.HintFor(name.Name)}");
            case SequenceExpression sequence:
                return _context.Sequence(sequence.Kind, [.. sequence.Items.Select(item => Evaluate(item, scope))]);
            case DictionaryExpression dictionary:
                return EvaluateDictionary(dictionary, scope);
            case AttributeExpression attribute:
                return Members.Attribute(EvaluateOperand(attribute, attribute.Target, scope), attribute.Name, _context);
            case SubscriptExpression subscript:
                var target = Evaluate(subscript.Target, scope);
                return Members.Item(target, EvaluateOperand(subscript, subscript.Index, scope), _context);
            case SliceExpression slice:
                return EvaluateSlice(slice, scope);
            case CallExpression call:
                return EvaluateCall(call, scope, caller: null);
            case FilterExpression filter:
                return ApplyFilter(filter, scope, blockText: null);
            case TestExpression test:
                return BooleanValue.Of(ApplyTest(test, scope));
            case NotExpression not:
                return BooleanValue.Of(!Evaluate(not.Operand, scope).IsTrue);
            case SignExpression sign:
                return Operators.Sign(sign.IsNegative, EvaluateOperand(sign, sign.Operand, scope), _context);
            case LogicalExpression logical:
                var decision = Evaluate(logical.Left, scope);
                return decision.IsTrue == logical.IsAnd ? Evaluate(logical.Right, scope) : decision;
            case ArithmeticExpression arithmetic:
                var left = Evaluate(arithmetic.Left, scope);
                return Operators.Calculate(arithmetic.Operator, left, EvaluateOperand(arithmetic, arithmetic.Right, scope), _context);
            case ConcatenationExpression concatenation:
                return Operators.Concatenate(concatenation.Parts.Select(part => Evaluate(part, scope)), _context);
            case ComparisonExpression comparison:
                return BooleanValue.Of(EvaluateComparison(comparison, scope));
            case ConditionalExpression conditional:
                return EvaluateConditional(conditional, scope);
            default:
                throw _context.Error($"The construct {expression.GetType().Name} is not supported");
        }
    }

    /// <summary>Evaluates the last operand and returns to the line of the operation, where its errors belong.</summary>
    private TemplateValue EvaluateOperand(Expression operation, Expression operand, Scope scope)
    {
        var value = Evaluate(operand, scope);
        _context.Line = operation.Line;
        return value;
    }

    private DictionaryValue EvaluateDictionary(DictionaryExpression dictionary, Scope scope)
    {
        var entries = DictionaryValue.NewEntries();
        foreach (var (key, value) in dictionary.Pairs)
        {
            var evaluatedKey = _context.Key(Evaluate(key, scope));
            entries[evaluatedKey] = Evaluate(value, scope);
        }

        return _context.Dictionary(entries);
    }

    private TemplateValue EvaluateSlice(SliceExpression slice, Scope scope)
    {
        var target = Evaluate(slice.Target, scope);
        var start = slice.Start is null ? null : Evaluate(slice.Start, scope);
        var stop = slice.Stop is null ? null : Evaluate(slice.Stop, scope);
        var step = slice.Step is null ? null : Evaluate(slice.Step, scope);
        _context.Line = slice.Line;
        return Members.Slice(target, start, stop, step, _context);
    }

    private bool EvaluateComparison(ComparisonExpression comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (symbol, operand) in comparison.Rest)
        {
            var right = EvaluateOperand(comparison, operand, scope);
            if (!Operators.Test(symbol, left, right, _context))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private TemplateValue EvaluateConditional(ConditionalExpression conditional, Scope scope)
    {
        if (Evaluate(conditional.Condition, scope).IsTrue)
        {
            return Evaluate(conditional.Then, scope);
        }

        return conditional.Otherwise is null
            ? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined")
            : Evaluate(conditional.Otherwise, scope);
    }

    private TemplateValue EvaluateCall(CallExpression call, Scope scope, TemplateValue? caller)
    {
        var callee = Evaluate(call.Callee, scope);
        var arguments = EvaluateArguments(call.Arguments, scope, caller);
        _context.Line = call.Line;
        switch (callee)
        {
            case CallableValue callable:
                _context.Spend();
                return callable.Invoke(arguments);
            case LoopValue loop:
                return loop.Call(arguments);
            default:
                Operators.RequireDefined(callee, _context);
                throw _context.Error($"'{callee.TypeName}' object is not callable");
        }
    }

    private CallArguments EvaluateArguments(ArgumentList arguments, Scope scope, TemplateValue? caller = null)
    {
        var positional = arguments.Positional.Select(argument => Evaluate(argument, scope)).ToList();
        var named = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Named)
        {
            named.Add(name, Evaluate(value, scope));
        }

        if (caller is not null)
        {
            named["caller"] = caller;
        }

        return new CallArguments(_context, positional, named);
    }

    private TemplateValue ApplyFilter(FilterExpression filter, Scope scope, TextValue? blockText)
    {
        _context.Enter();
        var target = filter.Target switch
        {
            null => blockText ?? TextValue.Empty,
            FilterExpression inner when blockText is not null => ApplyFilter(inner, scope, blockText),
            _ => Evaluate(filter.Target, scope),
        };
        var arguments = EvaluateArguments(filter.Arguments, scope);
        _context.Line = filter.Line;
        _context.Spend();
        var value = Filters.All.TryInvoke(filter.Name, target, arguments, out var result)
            ? result
            : throw Filters.Unknown(filter.Name, _context);
        _context.Leave();
        return value;
    }

    private bool ApplyTest(TestExpression test, Scope scope)
    {
        var target = Evaluate(test.Target, scope);
        var arguments = EvaluateArguments(test.Arguments, scope);
        _context.Line = test.Line;
        _context.Spend();
        return Tests.All.TryInvoke(test.Name, target, arguments, out var result) ? result : throw Tests.Unknown(test.Name, _context);
    }
}
