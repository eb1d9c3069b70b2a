namespace MobiZO.Cli.Options;

/// <summary>A value that is written as a bare word: a choice, or a word in place of a number.</summary>
/// <param name="Text">The word.</param>
internal sealed record Word(string Text)
{
    public override string ToString() => Text;
}
