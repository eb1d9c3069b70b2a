using System.Reflection;
using System.Xml.Linq;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Architecture;

/// <summary>Who may know whom.</summary>
public sealed class ReferenceTests
{
    private const string Runtime = "Microsoft.ML.OnnxRuntime";

    public static TheoryData<string, string[]> Assemblies =>
        new()
        {
            { "MobiZO.Text", [] },
            { "MobiZO.Checkpoints", [] },
            { "MobiZO.Programs", ["MobiZO.Checkpoints"] },
            { "MobiZO.OnnxRuntime", ["MobiZO.Checkpoints", "MobiZO.Programs", Runtime, "Google.Protobuf"] },
            { "MobiZO.ExecuTorch", ["MobiZO.Checkpoints", "MobiZO.Programs", "Google.FlatBuffers"] },
            {
                "MobiZO",
                ["MobiZO.Checkpoints", "MobiZO.ExecuTorch", "MobiZO.OnnxRuntime", "MobiZO.Programs", "MobiZO.Text", "CsvHelper", "Parquet"]
            },
            {
                "MobiZO.Cli",
                [
                    "MobiZO",
                    "MobiZO.Checkpoints",
                    "MobiZO.Programs",
                    "MobiZO.Text",
                    "Spectre.Console",
                    "Spectre.Console.Ansi",
                    "System.CommandLine",
                    "YamlDotNet",
                ]
            },
        };

    public static TheoryData<string, string[], string[]> Projects =>
        new()
        {
            { "MobiZO.Text", [], [] },
            { "MobiZO.Checkpoints", [], [] },
            { "MobiZO.Programs", ["MobiZO.Checkpoints"], [] },
            { "MobiZO.OnnxRuntime", ["MobiZO.Programs"], ["Google.Protobuf", "Grpc.Tools", "Microsoft.ML.OnnxRuntime"] },
            { "MobiZO.ExecuTorch", ["MobiZO.Programs"], ["Google.FlatBuffers", "System.Numerics.Tensors"] },
            {
                "MobiZO",
                ["MobiZO.Checkpoints", "MobiZO.ExecuTorch", "MobiZO.OnnxRuntime", "MobiZO.Programs", "MobiZO.Text"],
                ["CsvHelper", "Parquet.Net", "System.Numerics.Tensors"]
            },
            { "MobiZO.Cli", ["MobiZO"], ["Spectre.Console", "System.CommandLine", "YamlDotNet"] },
        };

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Assemblies_know_only_what_lies_below_them(string name, string[] allowed)
    {
        var references = Assembly.Load(name).GetReferencedAssemblies().Select(reference => reference.Name!);
        Assert.Empty(references.Where(reference => !IsPlatform(reference)).Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Projects_name_only_what_lies_below_them(string name, string[] projects, string[] packages)
    {
        var project = XDocument.Load(Path.Combine(Shared.Repository, "src", name, name + ".csproj"));
        IEnumerable<string> Included(string element) =>
            project.Descendants(element).Select(item => item.Attribute("Include")!.Value.Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(
            projects,
            Included("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)
        );
        Assert.Equal(packages, Included("PackageReference"));
    }

    [Theory]
    [InlineData("MobiZO")]
    [InlineData("MobiZO.Text")]
    [InlineData("MobiZO.Checkpoints")]
    [InlineData("MobiZO.Programs")]
    public void No_public_signature_names_the_runtime(string name)
    {
        var named = Assembly.Load(name).GetExportedTypes().SelectMany(type => Signature(type).Select(used => (type, used)));
        Assert.DoesNotContain(
            named,
            pair =>
                pair.used.Assembly.GetName().Name
                    is Runtime
                        or "MobiZO.OnnxRuntime"
                        or "MobiZO.ExecuTorch"
                        or "Google.Protobuf"
                        or "Google.FlatBuffers"
        );
    }

    /// <summary>The check above looks at something.</summary>
    [Fact]
    public void Signatures_are_read_through_generics_and_arrays()
    {
        var used = Signature(typeof(Sample)).ToList();
        Assert.Contains(typeof(Uri), used);
        Assert.Contains(typeof(Version), used);
    }

    private static bool IsPlatform(string name) =>
        name.StartsWith("System", StringComparison.Ordinal) || name is "netstandard" or "mscorlib" or "Microsoft.Win32.Primitives";

    private static IEnumerable<Type> Signature(Type type)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
        var methods = type.GetMethods(All).Where(IsVisible);
        var used = methods
            .Select(method => method.ReturnType)
            .Concat(
                methods
                    .Concat<MethodBase>(type.GetConstructors(All).Where(IsVisible))
                    .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType))
            )
            .Concat(type.GetFields(All).Where(field => field.IsPublic || field.IsFamily).Select(field => field.FieldType))
            .Concat(type.GetInterfaces())
            .Concat(type.BaseType is null ? [] : [type.BaseType])
            .Concat(
                type.IsGenericTypeDefinition
                    ? type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints())
                    : []
            );
        return used.SelectMany(Parts).Distinct();
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)]
        : [type];

    private sealed class Sample
    {
        public static IReadOnlyDictionary<string, Uri[]>? Pages => null;

        public static void Take(ref Version version) => _ = version;
    }
}
