namespace MobiZO.ExecuTorch.Format;

/// <summary>A call of a kernel or of a delegate.</summary>
/// <param name="Operator">Number of the operator; -1: a delegate is called.</param>
/// <param name="Delegate">Number of the delegate; -1: a kernel is called.</param>
/// <param name="Arguments">Places of values.</param>
internal sealed record PteInstruction(int Operator, int Delegate, IReadOnlyList<int> Arguments);
