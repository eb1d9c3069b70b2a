namespace MobiZO.Checkpoints;

/// <summary>A weight of a checkpoint as its file stores it.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Shape">Dimensions, outermost first; linear weights are [out, in].</param>
/// <param name="StoredType">Element or block type, e.g. <c>BF16</c> or <c>Q4_1</c>.</param>
/// <param name="StoredBytes">Bytes in the file.</param>
public sealed record StoredTensor(string Name, IReadOnlyList<int> Shape, string StoredType, long StoredBytes);
