namespace MobiZO.Checkpoints;

/// <summary>The written names of weight formats.</summary>
public static class WeightFormats
{
    /// <summary>
    /// The name in options, cache keys and journals: <c>fp32</c>, <c>int8</c>, <c>int4</c>, <c>auto</c>, <c>stored</c> or <c>nf4</c>.
    /// </summary>
    public static string NameOf(WeightFormat format) =>
        format switch
        {
            WeightFormat.Float32 => "fp32",
            WeightFormat.Int8 => "int8",
            WeightFormat.Int4 => "int4",
            WeightFormat.Auto => "auto",
            WeightFormat.Stored => "stored",
            WeightFormat.Nf4 => "nf4",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected Float32, Int8, Int4, Auto, Stored or Nf4"),
        };
}
