using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MobiZO.Scoring;

/// <summary>
/// A score that a command computes. It is started for every batch: a program that keeps its output until the end works as well as one that
/// writes line by line.
/// </summary>
/// <param name="command">A command line for the system's shell.</param>
internal sealed class ScoreCommand(string command) : ITextScore
{
    private const int ShownCharacters = 60;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The beginning of a text, on one line.</summary>
    public static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= ShownCharacters ? line : line[..ShownCharacters] + "...";
    }

    public double[] Score(IReadOnlyList<WrittenAnswer> answers, CancellationToken cancellation)
    {
        var lines = Run(answers, cancellation).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != answers.Count)
        {
            throw Failed(
                FormattableString.Invariant($"it printed {lines.Length} lines for {answers.Count} answers. ")
                    + "It must print one number for every line that it reads"
            );
        }

        return [.. lines.Select((line, index) => Number(line, answers[index]))];
    }

    private double Number(string line, WrittenAnswer answer) =>
        double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && float.IsFinite((float)score)
            ? score
            : throw Failed($"it printed '{Short(line)}' for the answer '{Short(answer.Answer)}'. It must print a finite number, as 0.5");

    private string Run(IReadOnlyList<WrittenAnswer> answers, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = Start();

        // A signal of the terminal reaches the command as well: what it then says is no failure of its own.
        using var stop = cancellation.Register(() => Kill(process));
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(CancellationToken.None),
            process.StandardError.ReadToEndAsync(CancellationToken.None)
        );
        try
        {
            foreach (var answer in answers)
            {
                process.StandardInput.WriteLine(JsonSerializer.Serialize(answer, s_json));
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended before it read everything: its exit code or its lines say more than a broken pipe.
        }

        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        var (text, complaint) = (output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        return process.ExitCode == 0
            ? text
            : throw Failed(
                FormattableString.Invariant($"it exited with {process.ExitCode}")
                    + (complaint.Trim() is { Length: > 0 } said ? $" and said: {said.Split('\n')[^1].Trim()}" : "")
            );
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private Process Start()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = new ProcessStartInfo
        {
            FileName = OperatingSystem.IsWindows() ? "cmd.exe" : "/bin/sh",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
            UseShellExecute = false,
        };
        if (OperatingSystem.IsWindows())
        {
            start.Arguments = $"/d /s /c \"{command}\"";
        }
        else
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(command);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw Failed($"the shell '{start.FileName}' cannot be started: {error.Message}");
        }
    }

    private FineTuneException Failed(string what) =>
        new($"ScoreOptions.Command '{Short(command)}' failed: {what}.", FineTuneFailure.Training);
}
