using MobiZO.Data;

namespace MobiZO.Tests.Evaluation;

/// <summary>Rows of label words of given tokens.</summary>
internal static class WordRow
{
    /// <summary>A row whose adapter starts at the last token of its prompt.</summary>
    public static EncodedExample Of(int line, int[][] words, int[] prompt, int label) =>
        new()
        {
            LineNumber = line,
            PromptIds = prompt,
            AnswerIds = words[label],
            ChoiceIds = words,
            Label = label,
            InvocationStart = prompt.Length - 1,
            WasTruncated = false,
        };
}
