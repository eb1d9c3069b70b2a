namespace MobiZO.Text.Tokenizers;

/// <summary>Decodes a growing list of ids; what it has returned is never taken back.</summary>
public abstract class StreamingDecoder
{
    /// <summary>Adds one id and returns the text that became certain (may be empty).</summary>
    public abstract string Add(int id);

    /// <summary>Returns what is still held back when no more ids will come (may be empty).</summary>
    public abstract string Finish();
}
