using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using MobiZO.Checkpoints.Json;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;

namespace MobiZO.Journal;

/// <summary>The text of journal lines. Numbers are written as the shortest text that reads back as the same bits.</summary>
internal static class JournalFormat
{
    public const string Name = "mobizo-journal";
    public const int Version = 1;
    public const string BeforeKey = "before";
    public const string EvaluationKey = "evaluation";
    public const string GradientKey = "gradient_sum";
    public const string NotANumber = "NaN";
    public const string PositiveInfinity = "Infinity";
    public const string NegativeInfinity = "-Infinity";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The header as one line, without the line end.</summary>
    public static byte[] Write(JournalHeader header) =>
        Line(writer =>
        {
            writer.WriteString("format", Name);
            writer.WriteNumber("version", Version);
            writer.WriteNumber("seed", header.Seed);
            writer.WriteNumber("total_steps", header.TotalSteps);
            writer.WriteStartObject("optimizer");
            Write(writer, header.Optimizer);
            writer.WriteEndObject();
            writer.WriteStartArray("modules");
            foreach (var segment in header.Layout.Segments)
            {
                writer.WriteStartObject();
                writer.WriteString("name", segment.Name);
                writer.WriteNumber("in", segment.InputSize);
                writer.WriteNumber("out", segment.OutputSize);
                writer.WriteNumber("r", segment.Rank);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("properties");
            foreach (var (name, value) in header.Properties.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        });

    /// <summary>A step, with the evaluations of its line, as one line, without the line end.</summary>
    public static byte[] Write(JournalEntry entry) =>
        Line(writer =>
        {
            writer.WriteNumber("step", entry.Step);
            writer.WriteString("time", entry.Time.UtcDateTime);
            WriteSingles(writer, "losses", entry.Losses);
            WriteSingles(writer, "projected_gradients", entry.ProjectedGradients);
            WriteSingle(writer, "learning_rate", entry.LearningRate);
            writer.WriteNumber("milliseconds", entry.Milliseconds);
            writer.WriteNumber("peak_memory_bytes", entry.PeakMemoryBytes);
            writer.WriteBoolean("skipped", entry.Skipped);
            StepWork.Write(writer, entry.Work);
            if (entry.GradientSum is { } sum)
            {
                writer.WriteString(GradientKey, sum);
            }

            Write(writer, BeforeKey, entry.Before);
            Write(writer, EvaluationKey, entry.Evaluation);
        });

    /// <summary>Reads a header line.</summary>
    /// <exception cref="JournalException">The line is broken, of another format or version, or its settings are unsound.</exception>
    public static JournalHeader ReadHeader(ReadOnlyMemory<byte> line, string place) =>
        Read(
            line,
            place,
            fields =>
            {
                if (fields.Text("format") is var format && format != Name)
                {
                    throw fields.Wrong("format", Name, format);
                }

                fields.Integer("version", Version, Version);
                var optimizer = ReadOptimizer(fields.Object("optimizer"));
                var errors = optimizer.Validate();
                return errors.Count > 0
                    ? throw fields.Wrong("optimizer", "sound settings", string.Join("; ", errors))
                    : new JournalHeader
                    {
                        Seed = fields.Unsigned("seed"),
                        TotalSteps = fields.Integer("total_steps", 1, uint.MaxValue),
                        Optimizer = optimizer,
                        Layout = ReadLayout(fields),
                        Properties = JournalHeader.AsNow(fields.Texts("properties")),
                    };
            }
        );

    /// <summary>Reads a line behind the header and checks it against the run.</summary>
    /// <param name="line">The line.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <param name="step">The step that it must be of.</param>
    /// <param name="plan">The copies of a step.</param>
    /// <exception cref="JournalException">The line is broken, out of turn or does not fit the run.</exception>
    public static JournalEntry ReadEntry(ReadOnlyMemory<byte> line, string place, long step, CopyPlan plan) =>
        Read(line, place, fields => ReadEntry(fields, step, plan));

    private static JournalEntry ReadEntry(JsonFields fields, long expectedStep, CopyPlan plan)
    {
        var entry = new JournalEntry
        {
            Time = fields.Time("time"),
            Step = fields.Integer("step", expectedStep, expectedStep),
            Losses = fields.Singles("losses"),
            ProjectedGradients = fields.Singles("projected_gradients"),
            LearningRate = fields.Single("learning_rate"),
            Milliseconds = fields.Double("milliseconds"),
            PeakMemoryBytes = fields.Integer("peak_memory_bytes", 0, long.MaxValue),
            Skipped = fields.Boolean("skipped"),
            Work = StepWork.Read(fields),
            GradientSum = fields.TextOrNull(GradientKey),
            Before = ReadEvaluation(fields, BeforeKey, expectedStep),
            Evaluation = ReadEvaluation(fields, EvaluationKey, expectedStep + 1),
        };
        return Complaint(entry, plan) is var (key, expected, found) ? throw fields.Wrong(key, expected, found) : entry;
    }

    private static JournalEvaluation? ReadEvaluation(JsonFields line, string key, long step) =>
        line.ObjectOrNull(key) is not { } fields
            ? null
            : new JournalEvaluation
            {
                Time = fields.Time("time"),
                Step = step,
                Accuracy = fields.DoubleOrNull("accuracy"),
                Correct = (int)fields.Integer("correct", 0, int.MaxValue),
                Rows = (int)fields.Integer("rows", 1, int.MaxValue),
                ChoiceLoss = fields.DoubleOrNull("choice_loss"),
                TokenLoss = fields.DoubleOrNull("token_loss") ?? throw fields.Wrong("token_loss", "a number", "null"),
                Score = fields.DoubleIfGiven("score"),
                Work = StepWork.Read(fields),
                IsBest = fields.Boolean("best"),
            };

    /// <summary>What makes an entry unfit for its run, or null.</summary>
    public static (string Key, string Expected, string Found)? Complaint(JournalEntry entry, CopyPlan plan)
    {
        var gradients = entry.Skipped ? 0 : plan.Queries;
        if (entry.Losses.Count != plan.Count)
        {
            return ("losses", $"{plan.Count} numbers, one for each copy", FormerSteps.Found(entry, plan) ?? $"{entry.Losses.Count}");
        }

        if (entry.ProjectedGradients.Count != gradients)
        {
            return (
                "projected_gradients",
                entry.Skipped ? "none in a skipped step" : $"{gradients} numbers, one for each query",
                $"{entry.ProjectedGradients.Count}"
            );
        }

        if (!entry.ProjectedGradients.All(float.IsFinite))
        {
            return ("projected_gradients", "finite numbers", "one that is not");
        }

        if ((entry.GradientSum is not null) != (plan.Estimator is { } kind && kind.UsesGradient() && !entry.Skipped))
        {
            return (
                GradientKey,
                entry.GradientSum is null ? "the checksum of the step's gradient" : "none: the step has no gradient",
                entry.GradientSum ?? "none"
            );
        }

        if (!float.IsFinite(entry.LearningRate))
        {
            return ("learning_rate", "a finite number", "one that is not");
        }

        if (entry.Before is { } before && (entry.Step != 0 || before.Step != 0))
        {
            return (BeforeKey, "an evaluation before step 0, in the line of step 0", $"one before step {before.Step}");
        }

        return entry.Evaluation is { } evaluation && evaluation.Step != entry.Step + 1
            ? (EvaluationKey, $"the evaluation behind step {entry.Step}", $"one behind {evaluation.Step} steps")
            : null;
    }

    private static void Write(Utf8JsonWriter writer, string key, JournalEvaluation? evaluation)
    {
        if (evaluation is null)
        {
            return;
        }

        writer.WriteStartObject(key);
        writer.WriteString("time", evaluation.Time.UtcDateTime);
        WriteDouble(writer, "accuracy", evaluation.Accuracy);
        writer.WriteNumber("correct", evaluation.Correct);
        writer.WriteNumber("rows", evaluation.Rows);
        WriteDouble(writer, "choice_loss", evaluation.ChoiceLoss);
        WriteDouble(writer, "token_loss", evaluation.TokenLoss);
        if (evaluation.Score is { } score)
        {
            WriteDouble(writer, "score", score);
        }

        StepWork.Write(writer, evaluation.Work);
        writer.WriteBoolean("best", evaluation.IsBest);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, OptimizerOptions options)
    {
        // The values in force, so that a later change of a default cannot change what a journal means.
        writer.WriteString("estimator", EnumNames.Of(options.EstimatorInForce));
        writer.WriteNumber("queries", options.QueriesInForce);
        writer.WriteNumber("epsilon", options.Epsilon);
        writer.WriteNumber("learning_rate", options.RateOrDefault);
        writer.WriteString("schedule", EnumNames.Of(options.Schedule));
        writer.WriteNumber("momentum", options.Momentum);
        writer.WriteString("noise", EnumNames.Of(options.NoiseOrDefault));
        if (options.EstimatorInForce.UsesGradient())
        {
            writer.WriteNumber("max_gradient_norm", options.MaxGradientNorm);
        }

        if (options.EstimatorInForce == EstimatorKind.Reverse)
        {
            writer.WriteString("optimizer", EnumNames.Of(options.KindOrDefault));
            writer.WriteNumber("weight_decay", options.WeightDecay);
        }
    }

    private static OptimizerOptions ReadOptimizer(JsonFields fields)
    {
        var common = new OptimizerOptions
        {
            Estimator = ReadEnum<EstimatorKind>(fields, "estimator"),
            Queries = (int)fields.Integer("queries", 0, int.MaxValue),
            Epsilon = fields.Single("epsilon"),
            LearningRate = fields.Single("learning_rate"),
            Schedule = ReadEnum<ScheduleKind>(fields, "schedule"),
            Momentum = fields.Single("momentum"),
            Noise = ReadEnum<NoiseKind>(fields, "noise"),
        };
        if (common.Estimator == EstimatorKind.Auto)
        {
            throw fields.Wrong("estimator", "the one that was chosen", "'auto'");
        }

        if (common.EstimatorInForce.UsesGradient())
        {
            common = common with { MaxGradientNorm = fields.Single("max_gradient_norm") };
        }

        return common.EstimatorInForce != EstimatorKind.Reverse
            ? common
            : common with
            {
                Kind = ReadEnum<OptimizerKind>(fields, "optimizer"),
                WeightDecay = fields.Single("weight_decay"),
            };
    }

    private static T ReadEnum<T>(JsonFields fields, string key)
        where T : struct, Enum
    {
        var name = fields.Text(key);
        return EnumNames.TryParse<T>(name, out var value) ? value : throw fields.Wrong(key, $"one of {EnumNames.List<T>()}", $"'{name}'");
    }

    private static StateLayout ReadLayout(JsonFields fields)
    {
        var modules = fields
            .Objects("modules")
            .Select(module =>
                (
                    module.Text("name"),
                    (int)module.Integer("in", 1, int.MaxValue),
                    (int)module.Integer("out", 1, int.MaxValue),
                    (int)module.Integer("r", 1, int.MaxValue)
                )
            );
        try
        {
            return StateLayout.Create(modules);
        }
        catch (ArgumentException error)
        {
            throw fields.Wrong("modules", "a sound geometry", error.Message);
        }
    }

    private static T Read<T>(ReadOnlyMemory<byte> line, string place, Func<JsonFields, T> read)
    {
        if (!Utf8.IsValid(line.Span))
        {
            throw new JournalException($"{place}: expected a JSON object, found bytes that are not UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            return read(new JsonFields(document.RootElement, place));
        }
        catch (JsonException error)
        {
            throw new JournalException($"{place}: expected a JSON object, found a broken line: {JsonProblem.Of(error)}", error);
        }
        catch (InvalidOperationException error)
        {
            // A text with half of a surrogate pair parses but cannot be read.
            throw new JournalException($"{place}: expected a JSON object, found a broken text: {error.Message}", error);
        }
    }

    private static byte[] Line(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSingles(Utf8JsonWriter writer, string key, IReadOnlyList<float> values)
    {
        writer.WriteStartArray(key);
        foreach (var value in values)
        {
            if (NameOfNonFinite(value) is { } name)
            {
                writer.WriteStringValue(name);
            }
            else
            {
                writer.WriteNumberValue(value);
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteDouble(Utf8JsonWriter writer, string key, double? value)
    {
        if (value is not { } number)
        {
            writer.WriteNull(key);
        }
        else if (double.IsFinite(number))
        {
            writer.WriteNumber(key, number);
        }
        else
        {
            // Beyond the finite numbers single and double precision have the same names.
            writer.WriteString(key, NameOfNonFinite((float)number));
        }
    }

    private static void WriteSingle(Utf8JsonWriter writer, string key, float value)
    {
        if (NameOfNonFinite(value) is { } name)
        {
            writer.WriteString(key, name);
        }
        else
        {
            writer.WriteNumber(key, value);
        }
    }

    private static string? NameOfNonFinite(float value) =>
        float.IsNaN(value) ? NotANumber
        : float.IsPositiveInfinity(value) ? PositiveInfinity
        : float.IsNegativeInfinity(value) ? NegativeInfinity
        : null;
}
