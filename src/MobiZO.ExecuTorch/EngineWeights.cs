using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.Programs.Building;

namespace MobiZO.ExecuTorch;

/// <summary>
/// The weights of one checkpoint for all methods of an engine: mapped once, packed once, in no program file. The file is the one that
/// other engines use too.
/// </summary>
internal sealed class EngineWeights : IDisposable
{
    private readonly IWeightSource _source;
    private readonly WeightFile _file;
    private readonly ProgramWeights _named = new();
    private readonly Lock _loading = new();

    /// <param name="cacheFolder">Where the converted weights lie.</param>
    /// <param name="source">The checkpoint.</param>
    /// <param name="isBytes">Whether the matrices of delegates are held as bytes.</param>
    /// <param name="progress">Told the share written, 0 to 1.</param>
    /// <param name="warnings">Told why a file that was there is made anew.</param>
    public EngineWeights(string cacheFolder, IWeightSource source, bool isBytes, IProgress<double>? progress, IProgress<string>? warnings)
    {
        _file = WeightFile.OpenIn(cacheFolder, source, progress, warnings);
        (_source, Fingerprint, Prefix, IsBytes) = (source, source.Fingerprint, PrefixOf(source), isBytes);
    }

    /// <summary>Of the checkpoint.</summary>
    public string Fingerprint { get; }

    /// <summary>Whether the matrices of delegates are held as bytes.</summary>
    public bool IsBytes { get; }

    /// <summary>Begins the names of the weights.</summary>
    public string Prefix { get; }

    /// <summary>Begins the names of a checkpoint's weights: the runtime shares what it packed with all that know the same name.</summary>
    public static string PrefixOf(IWeightSource source) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.Fingerprint)))[..16];

    /// <summary>Loads a method and gives it the weights.</summary>
    /// <param name="program">The file of the method.</param>
    /// <param name="file">What was written into it; its named data was not.</param>
    /// <param name="tensors">The weights that it wants.</param>
    /// <param name="inputs">Number of inputs of the program itself.</param>
    public ExecuTorchMethod Load(ExecuTorchProgramFile program, PteFile file, TensorsOfCaller tensors, int inputs)
    {
        // Sessions of one engine may meet new shapes at one time, and the runtime looks names up while it loads.
        lock (_loading)
        {
            return LoadAlone(program, file, tensors, inputs);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _named.Dispose();
        _file.Dispose();
    }

    private ExecuTorchMethod LoadAlone(ExecuTorchProgramFile program, PteFile file, TensorsOfCaller tensors, int inputs)
    {
        foreach (var (name, weight) in tensors.ByName)
        {
            _named.Add(name, AddressOf(weight), weight.Count * sizeof(float));
        }

        foreach (var (name, weight) in tensors.BytesByName.Where(pair => !_named.Knows(pair.Key + RowBytes.Suffix)))
        {
            var (codes, scales) = (new sbyte[weight.Count], new float[weight.Shape[0]]);
            RowBytes.Read(_source, weight, codes, scales);
            _named.Add(name + RowBytes.Suffix, codes.Length, stream => stream.Write(MemoryMarshal.AsBytes(codes.AsSpan())));
            _named.Add(
                name + RowBytes.ScalesSuffix,
                (long)scales.Length * sizeof(float),
                stream => stream.Write(MemoryMarshal.AsBytes(scales.AsSpan()))
            );
        }

        foreach (var (name, data) in file.Named)
        {
            _named.Add(name, data.Bytes, data.Write);
        }

        var method = program.Load(program.Methods[0], _named);
        foreach (var (index, weight) in tensors.Given.Index())
        {
            method.SetInput(inputs + index, AddressOf(weight), weight.Count * sizeof(float));
        }

        return method;
    }

    private nint AddressOf(Weight weight) => _file.AddressOf(_file.Layout.OffsetOf(weight.Name));
}
