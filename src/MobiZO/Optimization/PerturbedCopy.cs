namespace MobiZO.Optimization;

/// <summary>One copy of the stack: B + Coefficient * eps * z_Query.</summary>
/// <param name="Query">The query whose direction the copy uses; 0 for the clean copy.</param>
/// <param name="Coefficient">+1, -1, or 0 for the clean copy; a distance for copies along one direction.</param>
internal readonly record struct PerturbedCopy(int Query, float Coefficient);
