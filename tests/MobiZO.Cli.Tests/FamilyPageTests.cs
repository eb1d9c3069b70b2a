using System.Text.Json;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;

namespace MobiZO.Cli.Tests;

/// <summary>The tables of <c>docs/families.md</c> are those that the command and the cases of the tests give.</summary>
public sealed class FamilyPageTests
{
    private const string UpdateVariable = "MOBIZO_UPDATE_SNAPSHOTS";
    private const string End = "<!-- end -->";

    private static readonly string s_page = Path.Combine(Shared.Repository, "docs", "families.md");

    [Fact]
    public async Task TheTableIsThatOfTheCommand() =>
        await Check("<!-- mobizo families --markdown -->", (await Cli.RunAsync("families", "--markdown")).Output);

    [Fact]
    public Task TheCheckedTableIsThatOfTheCases() => Check("<!-- checked -->", string.Concat(Checked().Select(line => line + "\n")));

    [Fact]
    public async Task EveryFamilyIsListedInEveryForm()
    {
        var (text, json) = (await Cli.RunAsync("families"), await Cli.RunAsync("families", "--json"));
        using var document = JsonDocument.Parse(json.Output);
        string[] names =
        [
            .. document
                .RootElement.GetProperty("families")
                .EnumerateArray()
                .Select(family => family.GetProperty("model_type").GetString()!),
        ];
        Assert.Equal(GoldenFamilies.Types, names);
        Assert.Equal(names, text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(' ')[0]));
        Assert.Equal(ExitCodes.Usage, (await Cli.RunAsync("families", "--json", "--markdown")).ExitCode);
    }

    private static async Task Check(string begin, string table)
    {
        var page = await File.ReadAllTextAsync(s_page);
        var start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length + 1;
        var end = page.IndexOf(End, start, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(s_page, page[..start] + table + page[end..]);
            return;
        }

        Assert.Equal(table, page[start..end]);
    }

    private static IEnumerable<string> Checked()
    {
        var folders = GoldenFamilies.Models.ToLookup(folder => TypeOf(folder, "config.json"), StringComparer.Ordinal);
        var ggufs = GoldenFamilies.GgufModels.ToLookup(folder => TypeOf(folder, "hf_config.json"), StringComparer.Ordinal);
        var converted = ConvertedGguf
            .Names.Concat(FamilyGguf.LlamaCppFolders)
            .Select(name => Shared.PathOf("fixtures", "models", name))
            .ToLookup(folder => TypeOf(folder, "config.json"), StringComparer.Ordinal);
        var adapters = Shared.Folders("fixtures/peft").ToLookup(TypeOfBase, StringComparer.Ordinal);
        yield return "| `model_type` | golden folders | golden GGUF files | also written as GGUF by tests | adapters of peft |";
        yield return "|---|---|---|---|---|";
        foreach (var family in GoldenFamilies.Types)
        {
            yield return $"| `{family}` | {Names(folders[family])} | {Names(ggufs[family])} | "
                + $"{(family == "falcon" ? "two made up" : Names(converted[family]))} | {Names(adapters[family])} |";
        }
    }

    private static string Names(IEnumerable<string> folders) =>
        string.Join(", ", folders.Select(folder => Path.GetFileName(folder))) is { Length: > 0 } names ? names : "-";

    private static string TypeOf(string folder, string config)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, config)));
        return json.RootElement.GetProperty("model_type").GetString()!;
    }

    private static string TypeOfBase(string adapter)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(adapter, "adapter_config.json")));
        var model = json.RootElement.GetProperty("base_model_name_or_path").GetString()!;
        return TypeOf(Shared.PathOf("fixtures", "models", Path.GetFileName(model)), "config.json");
    }
}
