using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Feeding;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Scoring;

/// <summary>Rows, and what the copies of an adapter write to their prompts.</summary>
internal sealed class RowAnswers
{
    private readonly AnswerWriter _writer;
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlyList<EncodedExample> _rows;
    private readonly PromptExample[] _examples;
    private readonly (string Prompt, string Expected)?[] _texts;
    private readonly string?[] _ends;
    private readonly PrefixStore? _prompts;
    private readonly int _maxTokensPerRun;

    /// <param name="writer">Writes answers; it stays the caller's.</param>
    /// <param name="model">The adapted model.</param>
    /// <param name="rows">The rows whose prompts are answered.</param>
    /// <param name="prompts">The frozen parts of their prompts; null when nothing is frozen.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    public RowAnswers(
        AnswerWriter writer,
        AdaptedModel model,
        IReadOnlyList<EncodedExample> rows,
        PrefixStore? prompts,
        int maxTokensPerRun
    )
    {
        (_writer, _tokenizer, _rows) = (writer, model.Model.Tokenizer, rows);
        (_prompts, _maxTokensPerRun) = (prompts, maxTokensPerRun);
        _examples = [.. rows.Select(row => AnswerWriter.ExampleOf(row, model.Start))];
        _texts = new (string, string)?[rows.Count];

        // The end token of the model ends every answer; only another text has to be looked for.
        _ends = [.. rows.Select(row => row.AnswerEnd is { } end && !IsEndToken(model.Model, end) ? end : null)];
    }

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Copies whose answers to these rows are written at once; at least one.</summary>
    public int CopiesAtOnce(IReadOnlyList<int> rows)
    {
        var (prompt, suffix) = (rows.Max(row => _examples[row].Prompt.Length), rows.Max(row => AnswerWriter.SuffixOf(_examples[row])));
        return Math.Max(1, _writer.RowsAtOnce(prompt, suffix, _maxTokensPerRun) / rows.Count);
    }

    /// <summary>Writes the answers.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="copies">P copies.</param>
    /// <returns>Token ids: copy 0 first, row by row. Null where the model gives no numbers.</returns>
    public IReadOnlyList<int[]?> Write(IReadOnlyList<int> rows, AnswerCopies copies) =>
        _writer.Write([.. rows.Select(row => _examples[row])], copies, _prompts, rows, [.. rows.Select(row => _ends[row])]);

    /// <summary>All rows in batches of like length that are answered at once.</summary>
    public IEnumerable<int[]> Batches() =>
        LengthBatches.Of(
            Enumerable.Range(0, _rows.Count),
            index => _rows[index].PromptIds.Length,
            (count, longest) =>
                count <= _writer.RowsAtOnce(_examples[longest].Prompt.Length, AnswerWriter.SuffixOf(_examples[longest]), _maxTokensPerRun)
        );

    /// <summary>The answers of one copy to all rows, with their token ids.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="progress">Told how many rows are answered; may be null.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public (WrittenAnswer Text, int[] Ids)[] WriteAll(AnswerCopies copy, Action<int>? progress, CancellationToken cancellation)
    {
        var all = new (WrittenAnswer, int[])[_rows.Count];
        var done = 0;
        foreach (var batch in Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            var answers = Write(batch, copy);
            for (var i = 0; i < batch.Length; i++)
            {
                all[batch[i]] = (TextOf(batch[i], answers[i] ?? []), answers[i] ?? []);
            }

            done += batch.Length;
            progress?.Invoke(done);
        }

        return all;
    }

    /// <summary>An answer as text, with what the row says of it.</summary>
    /// <param name="index">The row.</param>
    /// <param name="ids">The token ids of the answer.</param>
    public WrittenAnswer TextOf(int index, int[] ids)
    {
        var row = _rows[index];
        var (prompt, expected) = _texts[index] ??= (_tokenizer.Decode(row.PromptIds), Expected(row));
        return new WrittenAnswer(prompt, Continue(row.PromptIds, ids, _ends[index]), expected) { Others = row.OtherAnswers };
    }

    /// <summary>The answer of a row, without what ends it.</summary>
    private string Expected(EncodedExample row)
    {
        var text = Continue(row.PromptIds, ExpectedIds(row), end: null);
        return row.AnswerEnd is { } end && text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;
    }

    private static bool IsEndToken(LocalModel model, string text) =>
        model.Tokenizer.TokenToId(text) is { } id && model.EndTokenIds.Contains(id);

    private static int[] ExpectedIds(EncodedExample row) => row.ChoiceIds.Length > 1 ? row.ChoiceIds[row.Label ?? 0] : row.AnswerIds;

    private string Continue(int[] prompt, int[] ids, string? end)
    {
        var text = new AnswerText(_tokenizer, prompt, end);
        foreach (var id in ids)
        {
            text.Add(id);
        }

        return text.Finish();
    }
}
