namespace MobiZO.Data;

/// <summary>Rows as Alpaca has them: an instruction, an input that may be empty or missing, and an output.</summary>
internal static class Instructions
{
    /// <summary>Column of the instruction.</summary>
    public const string InstructionColumn = "instruction";

    /// <summary>Column of what the instruction is about.</summary>
    public const string InputColumn = "input";

    /// <summary>Column of the answer.</summary>
    public const string OutputColumn = "output";

    /// <summary>Whether a row is one.</summary>
    public static bool Are(DataRow row) => row.Find(InstructionColumn) is not null && row.Find(OutputColumn) is not null;

    /// <summary>The prompt as the message of a user.</summary>
    public static PromptDraft Message(DataRow row) =>
        Draft(row, fields => fields.Count == 1 ? fields[0] : $"{fields[0]}\n\n{fields[1]}", row[OutputColumn]);

    /// <summary>The prompt in the words of Alpaca, for models without a chat template.</summary>
    /// <param name="row">The row.</param>
    /// <param name="suffix">What ends the answer.</param>
    public static PromptDraft Plain(DataRow row, string? suffix) =>
        Draft(
            row,
            fields =>
                fields.Count == 1
                    ? "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
                        + $"### Instruction:\n{fields[0]}\n\n### Response:\n"
                    : "Below is an instruction that describes a task, paired with an input that provides further context. "
                        + "Write a response that appropriately completes the request.\n\n"
                        + $"### Instruction:\n{fields[0]}\n\n### Input:\n{fields[1]}\n\n### Response:\n",
            row[OutputColumn] + suffix
        );

    private static PromptDraft Draft(DataRow row, Func<IReadOnlyList<string>, string> write, string answer) =>
        new(
            row.Find(InputColumn) is { } input && !string.IsNullOrWhiteSpace(input)
                ? [row[InstructionColumn], input]
                : [row[InstructionColumn]],
            fields => new PromptText(write(fields), [answer])
        );
}
