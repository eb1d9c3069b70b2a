namespace MobiZO.TrainBench.Profiling;

/// <summary>One operator that ran.</summary>
/// <param name="Node">Name of the node: the value of the program it helps to make, a slash, and its own name.</param>
/// <param name="Operator">Type of the ONNX operator.</param>
/// <param name="Microseconds">Time of its kernel.</param>
internal sealed record TraceEvent(string Node, string Operator, double Microseconds);
