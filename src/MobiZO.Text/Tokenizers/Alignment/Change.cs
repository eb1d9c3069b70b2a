namespace MobiZO.Text.Tokenizers.Alignment;

/// <summary>A character of a rewritten text.</summary>
/// <param name="CodePoint">The character.</param>
/// <param name="Extra">+1 when it stands for no old character, else minus the number of those beyond the first.</param>
/// <param name="CombiningClass">Its class; only Unicode normalization asks for it.</param>
internal readonly record struct Change(int CodePoint, int Extra, int CombiningClass = 0);
