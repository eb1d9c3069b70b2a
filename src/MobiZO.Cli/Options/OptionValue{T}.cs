namespace MobiZO.Cli.Options;

/// <summary>A kind of value with the type that it is read as. Only this is generic: the compiler works at every start.</summary>
/// <param name="kind">The kind; what it reads is a <typeparamref name="T"/>.</param>
internal sealed class OptionValue<T>(OptionKind kind)
    where T : notnull
{
    /// <summary>The kind.</summary>
    public OptionKind Kind => kind;
}
