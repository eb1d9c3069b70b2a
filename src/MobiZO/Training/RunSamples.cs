using System.Text;
using System.Text.Json;
using MobiZO.Adapted;
using MobiZO.Checkpoints.Storage;
using MobiZO.Data;
using MobiZO.Programs;
using MobiZO.Programs.Engines;
using MobiZO.Runs;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>
/// The samples of a run: what the model writes to a few prompts before training, at the evaluations and at the end, always greedily. They
/// are kept in a file of the run folder, so that a run that goes on still has those from before.
/// </summary>
internal sealed class RunSamples
{
    private static readonly JsonSerializerOptions s_line = new(RunFolder.Json) { WriteIndented = false };

    private readonly PreparedRun _run;
    private readonly string _file;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly IReadOnlyList<EncodedExample> _rows;
    private readonly SortedDictionary<(long Step, int Row), Line> _lines = [];
    private RowAnswers? _answers;
    private bool _isRefused;

    /// <param name="run">The run.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="steps">Steps taken so far; samples behind more are of steps that are taken again.</param>
    /// <param name="progress">Told what is written; may be null.</param>
    public RunSamples(PreparedRun run, RunFolder folder, long steps, IProgress<TrainingEvent>? progress)
    {
        (_run, _file, _progress) = (run, folder.SamplesFile, progress);

        // An engine of static shapes would compile programs for answers as they grow: too dear for what is only read.
        _rows = run.Model.Model.Engine.Traits.Lengths == LengthGrid.Exact ? SampleRows.Of(run.Rows, run.Options.Run) : [];
        if (steps > 0 && File.Exists(_file))
        {
            foreach (var line in File.ReadLines(_file).Select(Read).OfType<Line>().Where(line => line.Step <= steps))
            {
                _lines[(line.Step, line.Row)] = line;
            }
        }
    }

    /// <summary>The samples so far.</summary>
    public IReadOnlyList<TextSample> All =>
        [
            .. _lines
                .Values.GroupBy(line => line.Row)
                .OrderBy(row => row.Key)
                .Select(row => new TextSample(
                    row.First().Prompt,
                    row.First().Expected,
                    row.First().IsHeldOut,
                    [.. row.OrderBy(line => line.Step).Select(line => new SampleText(line.Step, line.Text, line.Repeats))]
                )),
        ];

    /// <summary>Answers the prompts, unless that was done after as many steps.</summary>
    /// <param name="step">Steps taken.</param>
    /// <param name="b">The trained state after them.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public void Write(long step, float[] b, CancellationToken cancellation)
    {
        if (_rows.Count == 0 || _isRefused || _lines.ContainsKey((step, 0)))
        {
            return;
        }

        try
        {
            _answers ??= _run.Answers.Of(_rows, cancellation);
            Add(step, _answers.WriteAll(_run.CopyOf(b), null, cancellation));
            AtomicFile.Write(_file, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(_lines.Values.Select(Text)))));
        }
        catch (Exception error) when (error is ProgramException or FineTuneException or IOException or UnauthorizedAccessException)
        {
            // They only inform: the run goes on.
            _isRefused = true;
            _progress?.Report(new RunNote($"No samples are written: {error.Message}", IsWarning: false));
            return;
        }

        _progress?.Report(
            new SamplesWritten(step, [.. All.Select(sample => sample with { Texts = [.. sample.Texts.Where(text => text.Step == step)] })])
        );
    }

    private void Add(long step, (WrittenAnswer Text, int[] Ids)[] written)
    {
        for (var row = 0; row < written.Length; row++)
        {
            var (text, ids) = written[row];
            _lines[(step, row)] = new Line
            {
                Step = step,
                Row = row,
                Prompt = _rows[row].Question ?? text.Prompt,
                Expected = text.Expected,
                IsHeldOut = _run.Rows.Eval.Count > 0,
                Text = text.Answer,
                Repeats = RepeatedWords.AreIn(ids),
            };
        }
    }

    private static string Text(Line line) => JsonSerializer.Serialize(line, s_line) + "\n";

    private static Line? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(text, s_line);
        }
        catch (JsonException)
        {
            // The last line of a run that was killed; the samples only inform.
            return null;
        }
    }

    private sealed record Line
    {
        public required long Step { get; init; }

        public required int Row { get; init; }

        public required string Prompt { get; init; }

        public required string Expected { get; init; }

        public required bool IsHeldOut { get; init; }

        public required string Text { get; init; }

        public required bool Repeats { get; init; }
    }
}
