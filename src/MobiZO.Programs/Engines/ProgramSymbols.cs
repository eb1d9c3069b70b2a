using MobiZO.Programs.Building;

namespace MobiZO.Programs.Engines;

/// <summary>The extents of a program's symbols, from what it is given.</summary>
public static class ProgramSymbols
{
    /// <summary>Checks given inputs against the declared ones and returns the extents of all symbols. Further inputs are ignored.</summary>
    /// <exception cref="ProgramException">An input is missing or of the wrong type or shape.</exception>
    public static IReadOnlyDictionary<string, long> BindSymbols(this Program program, IReadOnlyDictionary<string, HostTensor> given)
    {
        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var input in program.Inputs)
        {
            if (!given.TryGetValue(input.Name, out var tensor))
            {
                throw new ProgramException($"Program '{program.Name}' needs the input {input}; it was not given.");
            }

            if (tensor.Type != input.Type || tensor.Shape.Count != input.Shape.Rank)
            {
                throw Mismatch(program, input, tensor);
            }

            for (var axis = 0; axis < input.Shape.Rank; axis++)
            {
                BindAxis(program, input, tensor, axis, symbols);
            }
        }

        return symbols;
    }

    private static void BindAxis(Program program, Value input, HostTensor tensor, int axis, Dictionary<string, long> symbols)
    {
        var declared = input.Shape[axis];
        long actual = tensor.Shape[axis];
        if (declared.IsConstant)
        {
            if (declared.Factor != actual)
            {
                throw Mismatch(program, input, tensor);
            }

            return;
        }

        var symbol = declared.Symbols[0];
        if (!symbols.TryAdd(symbol, actual) && symbols[symbol] != actual)
        {
            throw new ProgramException(
                $"Program '{program.Name}', input {input}: axis {axis} is {actual}, but another input already fixed {symbol} = "
                    + $"{symbols[symbol]}."
            );
        }
    }

    private static ProgramException Mismatch(Program program, Value input, HostTensor tensor) =>
        new($"Program '{program.Name}' expects the input {input}; given was {tensor.Type} [{string.Join(", ", tensor.Shape)}].");
}
