namespace MobiZO.Optimization;

/// <summary>One copy of the stack: B + Coefficient * eps * z_Query.</summary>
/// <param name="Query">The query whose direction and examples the copy uses; 0 for a clean copy shared by all.</param>
/// <param name="Coefficient">+1, -1, or 0 for a clean copy; a distance for copies along one direction.</param>
public readonly record struct PerturbedCopy(int Query, float Coefficient);
