using System.Text;
using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.PrefixCache;
using MobiZO.Programs.Feeding;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Scoring;

/// <summary>Rows, the copies that answer them, and the scores of their answers.</summary>
internal sealed class AnswerScores
{
    private readonly AnswerWriter _writer;
    private readonly ITextScore _score;
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlyList<EncodedExample> _rows;
    private readonly PromptExample[] _examples;
    private readonly (string Prompt, string Expected)?[] _texts;
    private readonly PrefixStore? _prompts;
    private readonly int _maxTokensPerRun;

    /// <param name="writer">Writes answers; it stays the caller's.</param>
    /// <param name="score">Scores them.</param>
    /// <param name="model">The adapted model.</param>
    /// <param name="rows">The rows whose prompts are answered.</param>
    /// <param name="prompts">The frozen parts of their prompts; null when nothing is frozen.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    public AnswerScores(
        AnswerWriter writer,
        ITextScore score,
        AdaptedModel model,
        IReadOnlyList<EncodedExample> rows,
        PrefixStore? prompts,
        int maxTokensPerRun
    )
    {
        (_writer, _score, _tokenizer, _rows) = (writer, score, model.Model.Tokenizer, rows);
        (_prompts, _maxTokensPerRun) = (prompts, maxTokensPerRun);
        _examples = [.. rows.Select(row => AnswerWriter.ExampleOf(row, model.Start))];
        _texts = new (string, string)?[rows.Count];
    }

    /// <summary>Copies whose answers to these rows are written at once; at least one.</summary>
    public int CopiesAtOnce(IReadOnlyList<int> rows)
    {
        var (prompt, suffix) = (rows.Max(row => _examples[row].Prompt.Length), rows.Max(row => AnswerWriter.SuffixOf(_examples[row])));
        return Math.Max(1, _writer.RowsAtOnce(prompt, suffix, _maxTokensPerRun) / rows.Count);
    }

    /// <summary>The mean score of every copy over some rows.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="copies">P copies.</param>
    /// <param name="cancellation">Ends the score.</param>
    /// <returns>P numbers; NaN for a copy whose answers the model gives no numbers for.</returns>
    /// <exception cref="FineTuneException">The score fails.</exception>
    public double[] MeansOf(IReadOnlyList<int> rows, AnswerCopies copies, CancellationToken cancellation)
    {
        var answers = Write(rows, copies);
        var scores = _score.Score([.. answers.Select((ids, index) => AnswerOf(rows[index % rows.Count], ids ?? []))], cancellation);
        return
        [
            .. scores.Zip(answers, (score, ids) => ids is null ? double.NaN : score).Chunk(rows.Count).Select(ofCopy => ofCopy.Average()),
        ];
    }

    /// <summary>Writes the answers and scores nothing.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="copies">P copies.</param>
    public IReadOnlyList<int[]?> Write(IReadOnlyList<int> rows, AnswerCopies copies) =>
        _writer.Write([.. rows.Select(row => _examples[row])], copies, _prompts, rows);

    /// <summary>The mean score of one copy over all rows.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="FineTuneException">The score fails.</exception>
    public double MeanOf(AnswerCopies copy, CancellationToken cancellation)
    {
        var sum = 0d;
        var batches = LengthBatches.Of(
            Enumerable.Range(0, _rows.Count),
            index => _rows[index].PromptIds.Length,
            (count, longest) =>
                count <= _writer.RowsAtOnce(_examples[longest].Prompt.Length, AnswerWriter.SuffixOf(_examples[longest]), _maxTokensPerRun)
        );
        foreach (var batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            sum += MeansOf(batch, copy, cancellation)[0] * batch.Length;
        }

        return sum / _rows.Count;
    }

    private WrittenAnswer AnswerOf(int index, int[] ids)
    {
        var row = _rows[index];
        var (prompt, expected) = _texts[index] ??= (_tokenizer.Decode(row.PromptIds), Continue(row.PromptIds, ExpectedIds(row)));
        return new WrittenAnswer(prompt, Continue(row.PromptIds, ids), expected);
    }

    private static int[] ExpectedIds(EncodedExample row) => row.ChoiceIds.Length > 1 ? row.ChoiceIds[row.Label ?? 0] : row.AnswerIds;

    /// <summary>Tokens read differently at the beginning of a text than behind a prompt.</summary>
    private string Continue(int[] prompt, int[] ids)
    {
        var decoder = _tokenizer.CreateStreamingDecoder();
        foreach (var id in prompt)
        {
            decoder.Add(id);
        }

        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(decoder.Add(id));
        }

        return text.Append(decoder.Finish()).ToString();
    }
}
