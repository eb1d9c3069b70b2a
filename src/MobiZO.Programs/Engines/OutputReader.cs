namespace MobiZO.Programs.Engines;

/// <summary>Reads one fp32 output of a program while the engine still holds it; the values are gone afterwards.</summary>
/// <param name="name">Name of the output.</param>
/// <param name="shape">Its extents, outermost first.</param>
/// <param name="values">Its elements, row-major.</param>
public delegate void OutputReader(string name, IReadOnlyList<int> shape, ReadOnlySpan<float> values);
