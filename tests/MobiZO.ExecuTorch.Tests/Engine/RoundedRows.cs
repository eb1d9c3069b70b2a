using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Ops;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>A checkpoint whose linear matrices are rounded to 255 steps a row: what bytes with a scale a row can hold.</summary>
internal sealed class RoundedRows(IWeightSource source, Program program) : IWeightSource
{
    private readonly HashSet<string> _rounded = MatricesOf(program);

    public string Fingerprint => source.Fingerprint + " rounded";

    public IReadOnlyCollection<string> Names => source.Names;

    public static HashSet<string> MatricesOf(Program program) =>
        [.. program.Nodes.Select(node => node.Operation).OfType<Linear>().Select(linear => linear.Matrix.Name)];

    public IReadOnlyList<int>? FindShape(string name) => source.FindShape(name);

    public TensorRole? FindRole(string name) => source.FindRole(name);

    public void Read(string name, long start, Span<float> destination)
    {
        if (!_rounded.Contains(name))
        {
            source.Read(name, start, destination);
            return;
        }

        var width = source.FindShape(name)![1];
        var row = new float[width];
        for (var i = 0; i < destination.Length; i++)
        {
            var place = start + i;
            source.Read(name, place / width * width, row);
            var step = row.Max(Math.Abs) / 127;
            destination[i] = step == 0 ? 0 : (float)(Math.Round(row[place % width] / step, MidpointRounding.ToEven) * step);
        }
    }
}
