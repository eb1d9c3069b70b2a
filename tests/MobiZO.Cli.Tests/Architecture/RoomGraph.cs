using System.Text.RegularExpressions;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Architecture;

/// <summary>
/// The rooms of a project and which of them need which. A room is a folder, which is a namespace. In a folder with folders inside, as the
/// project's own, every type is a room by itself: some of them stand below the inner folders, as an exception does, and some above, as a
/// door does. Read from the compiled assembly, and from the <c>using</c> lines of its sources: constants leave no trace in an assembly.
/// </summary>
internal sealed partial class RoomGraph
{
    private readonly Dictionary<string, Dictionary<string, string>> _needs = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    private RoomGraph() { }

    public IReadOnlyCollection<string> Rooms => _needs.Keys;

    /// <summary>Reads a project of <c>src</c>.</summary>
    public static RoomGraph Of(string project)
    {
        using var references = new TypeReferences(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
        var types = references
            .All()
            .Where(pair =>
                pair.Type.StartsWith(project + ".", StringComparison.Ordinal)
                && pair.Needed.StartsWith(project + ".", StringComparison.Ordinal)
            );
        return Of(project, [.. types, .. Usings(project)]);
    }

    /// <summary>The graph of these needs between types, given by their full names.</summary>
    public static RoomGraph Of(string project, IEnumerable<(string Type, string Needed)> types)
    {
        var graph = new RoomGraph();
        var pairs = types.ToArray();
        var folders = pairs
            .SelectMany(pair => new[] { FolderOf(pair.Type), FolderOf(pair.Needed) })
            .Append(project)
            .ToHashSet(StringComparer.Ordinal);
        var outer = folders
            .Where(folder => folders.Any(other => other.StartsWith(folder + ".", StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal);
        string RoomOf(string type)
        {
            var room = outer.Contains(FolderOf(type)) ? type : FolderOf(type);
            graph._folders[room] = FolderOf(type);
            return room;
        }

        foreach (var (type, needed) in pairs)
        {
            var (from, to) = (RoomOf(type), RoomOf(needed));
            graph.NeedsOf(to);
            if (from != to)
            {
                graph.NeedsOf(from).TryAdd(to, $"{type} needs {needed}");
            }
        }

        return graph;
    }

    /// <summary>
    /// The needs that close a circle through more than one folder, each with an example; empty when all needs point one way.
    /// </summary>
    public IEnumerable<string> Circles()
    {
        var reached = _needs.Keys.ToDictionary(room => room, Reach, StringComparer.Ordinal);
        bool IsThroughFolders(string room) =>
            reached[room].Where(other => reached[other].Contains(room)).Select(other => _folders[other]).Distinct().Count() > 1;
        return _needs
            .Keys.Order(StringComparer.Ordinal)
            .Where(IsThroughFolders)
            .SelectMany(room =>
                _needs[room].Where(need => reached[need.Key].Contains(room)).Select(need => $"{room} -> {need.Key}: {need.Value}")
            );
    }

    private HashSet<string> Reach(string room)
    {
        var (seen, next) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([room]));
        while (next.TryPop(out var current))
        {
            foreach (var needed in _needs[current].Keys.Where(seen.Add))
            {
                next.Push(needed);
            }
        }

        return seen;
    }

    private Dictionary<string, string> NeedsOf(string room)
    {
        if (!_needs.TryGetValue(room, out var needs))
        {
            _needs.Add(room, needs = new Dictionary<string, string>(StringComparer.Ordinal));
        }

        return needs;
    }

    private static string FolderOf(string type) => type[..type.LastIndexOf('.')];

    private static IEnumerable<(string Type, string Needed)> Usings(string project)
    {
        var root = Path.Combine(Shared.Repository, "src", project);
        var sources = Directory
            .GetFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path))
            .Where(path => path.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            .ToArray();
        var folders = sources.Select(path => NameOf(project, Path.GetDirectoryName(path)!)).ToHashSet(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            foreach (var used in Using().Matches(File.ReadAllText(Path.Combine(root, source))).Select(match => match.Groups["name"].Value))
            {
                // The last part of an alias or a static using is a type.
                var needed = folders.Contains(used) ? used : used[..Math.Max(0, used.LastIndexOf('.'))];
                if (folders.Contains(needed) && !folders.Any(inner => inner.StartsWith(needed + ".", StringComparison.Ordinal)))
                {
                    yield return (NameOf(project, Path.ChangeExtension(source, null)), $"{needed}.*");
                }
            }
        }
    }

    private static string NameOf(string project, string path) =>
        path.Length == 0 ? project : $"{project}.{path.Replace(Path.DirectorySeparatorChar, '.')}";

    [GeneratedRegex(@"^(global )?using (static )?(\w+ = )?(?<name>[\w.]+)[;<]", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Using();
}
