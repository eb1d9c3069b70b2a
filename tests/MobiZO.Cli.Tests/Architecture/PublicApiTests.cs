using System.Reflection;
using MobiZO.TestKit;
using PublicApiGenerator;

namespace MobiZO.Cli.Tests.Architecture;

/// <summary>
/// The public surface of every library is a file: a change of it is seen in review. Set MOBIZO_UPDATE_SNAPSHOTS to 1 to write the files
/// anew.
/// </summary>
public sealed class PublicApiTests
{
    private const string UpdateVariable = "MOBIZO_UPDATE_SNAPSHOTS";

    private static readonly ApiGeneratorOptions s_options = new() { IncludeAssemblyAttributes = false };

    public static TheoryData<string> Libraries =>
        ["MobiZO", "MobiZO.Checkpoints", "MobiZO.ExecuTorch", "MobiZO.OnnxRuntime", "MobiZO.Programs", "MobiZO.Text"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_is_the_one_on_file(string name)
    {
        var found = Assembly.Load(name).GeneratePublicApi(s_options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = Path.Combine(Shared.Repository, "tests", "MobiZO.Cli.Tests", "Architecture", "PublicApi", name + ".txt");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, found);
        }

        Assert.True(File.Exists(path), $"There is no snapshot {path}. Write it with {UpdateVariable}=1.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), found);
    }
}
