using MobiZO.Text.Tokenizers;

namespace MobiZO.Data;

/// <summary>
/// The tokens of a prompt and its answers, as the model will see them. Prompt and answer are encoded together, because tokens may merge
/// over the border. The answer begins with the first token whose range ends after the prompt; every token before it is the prompt.
/// </summary>
internal sealed class PromptAnswerIds
{
    private PromptAnswerIds(int[] promptIds, (int Start, int End)[] promptOffsets, int[][] answerIds)
    {
        PromptIds = promptIds;
        PromptOffsets = promptOffsets;
        AnswerIds = answerIds;
    }

    /// <summary>Tokens that all answers have before them.</summary>
    public int[] PromptIds { get; }

    /// <summary>UTF-16 ranges of <see cref="PromptIds"/> in the prompt; (0, 0) for tokens that the tokenizer adds.</summary>
    public (int Start, int End)[] PromptOffsets { get; }

    /// <summary>Tokens of each answer; an empty array when an answer has no token of its own.</summary>
    public int[][] AnswerIds { get; }

    /// <summary>Length of the prompt with its longest answer, in tokens.</summary>
    public int Length => PromptIds.Length + AnswerIds.Max(answer => answer.Length);

    /// <summary>Encodes a prompt with each of its answers.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="prompt">Text before the answer.</param>
    /// <param name="answers">At least one answer, its leading space included.</param>
    /// <param name="addSpecialTokens">
    /// Whether the tokenizer adds its tokens (BOS, ...) in front; those it adds after the text are dropped.
    /// </param>
    public static PromptAnswerIds Find(ITokenizer tokenizer, string prompt, IReadOnlyList<string> answers, bool addSpecialTokens)
    {
        var whole = new int[answers.Count][];
        var hasAnswer = new bool[answers.Count];
        int[] shared = [];
        (int Start, int End)[] sharedOffsets = [];
        for (int i = 0; i < answers.Count; i++)
        {
            Encoding encoding = tokenizer.Encode(prompt + answers[i], addSpecialTokens);
            int? first = AnswerBoundary.FirstAnswerToken(encoding, prompt.Length);
            int end = Array.FindLastIndex(encoding.Offsets, range => range.End > 0) + 1;
            hasAnswer[i] = first is not null;
            whole[i] = encoding.Ids[..end];

            // Merges over the border may differ from answer to answer: only what all of them begin with is the prompt.
            ReadOnlySpan<int> before = encoding.Ids.AsSpan(0, first ?? end);
            shared = i == 0 ? before.ToArray() : shared[..before.CommonPrefixLength(shared)];
            sharedOffsets = i == 0 ? encoding.Offsets[..before.Length] : sharedOffsets[..shared.Length];
        }

        int[][] answerIds = [.. whole.Select((ids, i) => hasAnswer[i] ? ids[shared.Length..] : [])];
        return new PromptAnswerIds(shared, sharedOffsets, answerIds);
    }
}
