namespace MobiZO;

/// <summary>What one way to answer reaches on the evaluation rows.</summary>
/// <param name="Correct">Rows answered rightly.</param>
/// <param name="Rows">Rows scored.</param>
public sealed record Anchor(int Correct, int Rows)
{
    /// <summary>Share of rows answered rightly.</summary>
    public double Accuracy => (double)Correct / Rows;
}
