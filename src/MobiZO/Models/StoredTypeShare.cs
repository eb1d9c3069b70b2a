namespace MobiZO.Models;

/// <summary>How much of a checkpoint is stored in one type.</summary>
/// <param name="Type">Element or block type, e.g. <c>BF16</c> or <c>Q4_1</c>.</param>
/// <param name="Tensors">Tensors of that type.</param>
/// <param name="Bytes">Their bytes in the files.</param>
public sealed record StoredTypeShare(string Type, int Tensors, long Bytes);
