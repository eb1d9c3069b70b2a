using System.Globalization;
using MobiZO.Programs;

namespace MobiZO.ExecuTorch.Format;

/// <summary>
/// The oldest release of ExecuTorch that a file must load on, and what files for it may use. Read from the sources of the releases
/// (<c>schema/program.fbs</c>, <c>backends/xnnpack/serialization/schema.fbs</c>, <c>XNNCompiler.cpp</c>, XNNPACK at the commit that each
/// builds, <c>kernels/portable/functions.yaml</c>); docs/executorch.md has the table.
/// </summary>
internal sealed class TargetRuntime
{
    private static readonly Version[] s_known =
    [
        new(0, 4),
        new(0, 5),
        new(0, 6),
        new(0, 7),
        new(1, 0),
        new(1, 1),
        new(1, 2),
        new(1, 3),
        new(1, 4),
        new(1, 5),
    ];

    private readonly Version _release;

    private TargetRuntime(Version release) => _release = release;

    /// <summary>What files are written for when nothing else is said.</summary>
    public static TargetRuntime Default { get; } = new(new Version(1, 0));

    /// <summary>The release: <c>1.0</c>.</summary>
    public string Name => _release.ToString(fieldCount: 2);

    /// <summary>
    /// Whether delegates know their constants by name: since 0.6 the weights, since 0.7 the scales of quantised rows too. Before, both lie
    /// in the payloads.
    /// </summary>
    public bool HasNamedData => _release >= new Version(0, 7);

    /// <summary>Whether XNNPACK's delegate has the reciprocal of a root.</summary>
    public bool HasReciprocalRoot => _release >= new Version(0, 6);

    /// <summary>Whether XNNPACK's delegate has GELU and the hyperbolic tangent.</summary>
    public bool HasGeluAndTanh => _release >= new Version(0, 7);

    /// <summary>The target of a version.</summary>
    /// <param name="version"><c>major.minor</c> or <c>major.minor.patch</c>; null: the default.</param>
    /// <exception cref="ProgramException">It is no version, is too old, or is not known; the message says what is.</exception>
    public static TargetRuntime Parse(string? version)
    {
        if (version is null)
        {
            return Default;
        }

        var parts = version.Split('.');
        if (
            parts.Length is < 2 or > 3
            || !Array.TrueForAll(parts, part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        )
        {
            throw new ProgramException($"'{version}' is no release of ExecuTorch: expected a version such as {Default.Name} or 0.7.1.")
            {
                IsSetting = true,
            };
        }

        var release = new Version(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        if (release < s_known[0])
        {
            throw new ProgramException(
                $"ExecuTorch {version} is too old: programs need the kernel aten::gather, first values of kept tensors and XNNPACK's batched "
                    + $"matrix product, which ExecuTorch has since {s_known[0]}."
            )
            {
                IsSetting = true,
            };
        }

        return Array.IndexOf(s_known, release) >= 0
            ? new TargetRuntime(release)
            : throw new ProgramException(
                $"ExecuTorch {version} is not known here; known are {string.Join(", ", s_known.Select(known => known.ToString(2)))}. "
                    + "A file for an older release loads on newer ones, as far as ExecuTorch keeps that."
            )
            {
                IsSetting = true,
            };
    }
}
