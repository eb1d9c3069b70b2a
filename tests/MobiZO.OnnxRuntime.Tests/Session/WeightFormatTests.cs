using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.OnnxRuntime.Lowering;
using MobiZO.OnnxRuntime.Session;
using MobiZO.OnnxRuntime.Tests.Lowering;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

/// <summary>The engine with quantised weights computes what the reference interpreter computes with their dequantised values.</summary>
public sealed class WeightFormatTests : IDisposable
{
    private static readonly WeightFormat[] s_decided = [.. Enum.GetValues<WeightFormat>().Where(format => format != WeightFormat.Auto)];
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<WeightFormat, bool> Forms =>
        new()
        {
            { WeightFormat.Int8, true },
            { WeightFormat.Int8, false },
            { WeightFormat.Int4, true },
            { WeightFormat.Int4, false },
        };

    public static TheoryData<WeightFormat, int, bool, int> StoredForms =>
        new()
        {
            { WeightFormat.Int8, 8, false, 32 },
            { WeightFormat.Int8, 5, true, 32 },
            { WeightFormat.Int8, 6, false, 16 },
            { WeightFormat.Int8, 2, true, 16 },
            { WeightFormat.Int4, 4, false, 32 },
            { WeightFormat.Int4, 4, true, 32 },
            { WeightFormat.Int4, 3, false, 16 },
            { WeightFormat.Int4, 2, true, 16 },
            { WeightFormat.Stored, 4, true, 32 },
            { WeightFormat.Stored, 8, false, 32 },
            { WeightFormat.Stored, 6, false, 16 },
            { WeightFormat.Stored, 2, true, 16 },
        };

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Half of the programs with one format in one way of packing codes, the other half with the other, and a seventh of them in the other
    /// way each. All of them would take minutes. A hash of its name decides where a program belongs, so that it is no matter of its kind.
    /// </summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void A_share_of_the_programs_agrees_with_the_reference(WeightFormat format, bool prepack)
    {
        var every = prepack == (format == WeightFormat.Int8) ? 2 : 7;
        var first = format == WeightFormat.Int8 ? 0 : 1;
        var chosen = QuantizedPrograms.All.Where(entry => StableHash(entry.Name) % every == first).ToArray();
        Assert.InRange(chosen.Length, 0.6 * QuantizedPrograms.All.Count / every, 1.5 * QuantizedPrograms.All.Count / every);
        using var reference = new ReferenceEngine<double>();
        foreach (var group in chosen.GroupBy(entry => entry.Model))
        {
            using var engine = Engine(format, prepack);
            foreach (var (name, model, program) in group)
            {
                var inputs = ProgramInputs.Of(program);
                using var oracle = reference.Load(program, new QuantizedWeights(model, format));
                using var session = engine.Load(program, model);
                var isNormalized = name.EndsWith("Normalized", StringComparison.Ordinal);
                ProgramInputs.AssertSame(oracle.Run(inputs), session.Run(inputs), isNormalized ? 2e-3 : 1e-3);
            }
        }
    }

    /// <summary>Matrices of NormalFloat that are read 24 rows at a time, the last piece shorter, compute what whole ones do.</summary>
    [Fact]
    public void Normal_floats_are_read_in_pieces()
    {
        const int Piece = 24 * 64;
        var model = new TinyLlama(hidden: 64, headDimension: 16);
        var rounded = new QuantizedWeights(model, WeightFormat.Nf4);
        var program = model.Assembler.Score(null);
        var layout = WeightLayout.Of(rounded, program.Weights.Select(weight => weight.Name));
        int Products(long most) =>
            OnnxLowering
                .Lower(program, "weights", weight => layout.OffsetOf(weight.Name), weight => layout.PlaceOf(weight.Name), most)
                .Graph.Node.Count(node => node.OpType == "MatMulBnb4");
        Assert.InRange(Products(Piece), 2 * Products(QuantizedLowering.MostWeightsOfAPiece), int.MaxValue);

        using var engine = new OnnxRuntimeEngine(Settings(WeightFormat.Nf4, prepack: true)) { MostWeightsOfAPiece = Piece };
        new GradientBody(model.Description, model).EqualsInterpreter(engine, rounded, 2e-4, isShort: true);
        new BroadcastBody(model.Description, model).EqualsInterpreter(engine, rounded, 2e-4);
    }

    /// <summary>Gradients on the same rounded weights are the interpreter's, within 2e-4 of the largest number.</summary>
    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Gradients_agree_with_the_reference(WeightFormat format)
    {
        var model = new TinyLlama(hidden: 32, headDimension: 8);
        using var engine = Engine(format, prepack: true);
        new GradientBody(model.Description, model).EqualsInterpreter(engine, new QuantizedWeights(model, format), 2e-4, isShort: true);
    }

    /// <summary>ONNX Runtime reads codes and levels of NormalFloat as the interpreter does, forwards and on the way back.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Normal_floats_agree_with_the_reference(bool isTied)
    {
        var model = new TinyLlama(hidden: 64, headDimension: 16, tied: isTied);
        var rounded = new QuantizedWeights(model, WeightFormat.Nf4);
        Assert.Equal(new BlockLayout(4, false, 64) { IsNormalFloat = true }, rounded.FindBlocks("model.layers.0.self_attn.q_proj.weight"));
        Assert.Equal(new BlockLayout(8, false), rounded.FindBlocks("model.embed_tokens.weight"));
        using var engine = Engine(WeightFormat.Nf4, prepack: true);
        new GradientBody(model.Description, model).EqualsInterpreter(engine, rounded, 2e-4, isShort: true);
        var body = new BroadcastBody(model.Description, model);
        body.EqualsInterpreter(engine, rounded, 2e-4);
    }

    /// <summary>Broadcast directions on the same rounded weights are the interpreter's, and change no bit of a loss.</summary>
    [Theory]
    [InlineData(WeightFormat.Int8, true)]
    [InlineData(WeightFormat.Int8, false)]
    [InlineData(WeightFormat.Int4, true)]
    [InlineData(WeightFormat.Int4, false)]
    public void Broadcast_directions_agree_with_the_reference(WeightFormat format, bool isTied)
    {
        var model = new TinyLlama(hidden: 32, headDimension: 8, tied: isTied);
        using var engine = Engine(format, prepack: true);
        var body = new BroadcastBody(model.Description, model);
        body.EqualsInterpreter(engine, new QuantizedWeights(model, format), 2e-4);
        body.IsOfTheFirstCopyAlone(engine, 2e-4);
    }

    /// <summary>The way back through a head whose rows are made numbers in pieces, the last of them shorter.</summary>
    [Fact]
    public void A_large_head_goes_back_in_pieces()
    {
        var model = new TinyLlama(layers: 1, hidden: 32, headDimension: 8, vocabulary: 262_144 + 37);
        var program = model.Assembler.Gradient(new StepOptions { Adapter = model.Adapter(2, "down_proj") });
        var inputs = ProgramInputs.Of(program);
        using var reference = new ReferenceEngine<float>(WeightFormat.Int4);
        using var oracle = reference.Load(program, model);
        using var engine = Engine(WeightFormat.Int4, prepack: true);
        using var session = engine.Load(program, model);
        ProgramInputs.AssertSame(oracle.Run(inputs), session.Run(inputs), 1e-4);
    }

    /// <summary>The losses move by the rounding of the weights, and more with fewer bits.</summary>
    [Fact]
    public void Formats_differ_by_their_rounding()
    {
        var (_, model, program) = QuantizedPrograms.All.First(entry => entry.Name == "tied score Tokens without adapter");
        var outputs = s_decided.ToDictionary(format => format, format => Score(format, model, program));
        var (int8, int4) = (
            Distance(outputs[WeightFormat.Float32], outputs[WeightFormat.Int8]),
            Distance(outputs[WeightFormat.Float32], outputs[WeightFormat.Int4])
        );
        Assert.InRange(int8, 1e-4, 0.1);
        Assert.InRange(int4, 3 * int8, 5);
    }

    [Fact]
    public void Every_format_has_a_folder_of_its_own()
    {
        var (_, model, program) = QuantizedPrograms.All[0];
        foreach (var format in s_decided)
        {
            Score(format, model, program);
            Score(format, model, program);
        }

        var files = Directory
            .GetDirectories(_folder["cache"])
            .Select(folder => new FileInfo(Path.Combine(folder, "weights.bin")).Length)
            .Order()
            .ToArray();
        Assert.Equal(4, files.Length);
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void A_torn_file_is_made_anew(WeightFormat format)
    {
        var (_, model, program) = QuantizedPrograms.All[0];
        var expected = Score(format, model, program);
        var path = Directory.GetFiles(_folder["cache"], "weights.bin", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^4096]);
        Assert.Equal(expected, Score(format, model, program));
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    /// <summary>Rows of 24 or 48 weights are not whole blocks.</summary>
    [Fact]
    public void Matrices_of_ragged_rows_stay_fp32()
    {
        var model = new TinyLlama();
        var program = model.Assembler.Score(null);
        Assert.Equal(Score(WeightFormat.Float32, model, program), Score(WeightFormat.Int4, model, program));
    }

    /// <summary>The head is above the size at which 8-bit matrices are computed in pieces, and not a multiple of it.</summary>
    [Fact]
    public void A_large_head_is_computed_in_pieces()
    {
        var model = new TinyLlama(layers: 1, hidden: 32, headDimension: 8, vocabulary: 262_144 + 37);
        var program = model.Assembler.Generate(null, PrefixKind.Tokens);
        var inputs = ProgramInputs.Of(program);
        using var reference = new ReferenceEngine<float>(WeightFormat.Int8);
        using var oracle = reference.Load(program, model);
        using var engine = Engine(WeightFormat.Int8, prepack: true);
        using var session = engine.Load(program, model);
        ProgramInputs.AssertSame(oracle.Run(inputs), session.Run(inputs), 1e-4);
    }

    /// <summary>
    /// A checkpoint's own codes reach the engine as they are: rounding them again would not keep blocks that leave codes unused.
    /// </summary>
    [Theory]
    [MemberData(nameof(StoredForms))]
    public void Stored_codes_are_carried_over(WeightFormat format, int bits, bool hasOffsets, int size)
    {
        var model = new TinyLlama(hidden: 32, headDimension: 8);
        var stored = new StoredCodes(model, new BlockLayout(bits, hasOffsets, size));
        var program = model.Assembler.Score(null);
        var inputs = ProgramInputs.Of(program);
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, stored);
        using var engine = Engine(format, prepack: true);
        using var session = engine.Load(program, stored);
        ProgramInputs.AssertSame(oracle.Run(inputs), session.Run(inputs), 1e-4);
    }

    /// <summary>
    /// Projected gradients and exact ones of a model that is kept as it is stored are those of its fp32 values: nothing was rounded.
    /// </summary>
    [Theory]
    [InlineData(6, false, 16)]
    [InlineData(4, true, 32)]
    [InlineData(2, true, 16)]
    public void Gradients_of_kept_codes_are_those_of_fp32(int bits, bool hasOffsets, int size)
    {
        var model = new TinyLlama(hidden: 32, headDimension: 8);
        var stored = new StoredCodes(model, new BlockLayout(bits, hasOffsets, size));
        using var engine = Engine(WeightFormat.Stored, prepack: true);
        new GradientBody(model.Description, stored).EqualsInterpreter(engine, stored, 2e-4, isShort: true);
        var broadcast = new BroadcastBody(model.Description, stored);
        broadcast.EqualsInterpreter(engine, stored, 2e-4);
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void A_plain_session_runs_exported_files(WeightFormat format)
    {
        var (_, model, program) = QuantizedPrograms.All.First(entry => entry.Name == "tied score Tokens without adapter");
        new OnnxExporter().Write(program, model, _folder["score.onnx"], format);
        var inputs = ProgramInputs.Of(program);
        using var plain = new InferenceSession(_folder["score.onnx"]);
        var values = program.Inputs.ToDictionary(
            input => input.Name,
            input =>
                OrtValue.CreateTensorValueFromMemory(inputs[input.Name].Longs, [.. inputs[input.Name].Shape.Select(extent => (long)extent)])
        );
        using var options = new RunOptions();
        using var outputs = plain.Run(options, values, [ProgramNames.LogProbabilities]);
        Assert.Equal(0, Distance(Score(format, model, program), outputs[0].GetTensorDataAsSpan<float>().ToArray()), 1e-5);
        foreach (var value in values.Values)
        {
            value.Dispose();
        }
    }

    private OnnxRuntimeEngine Engine(WeightFormat format, bool prepack) => new(Settings(format, prepack));

    private EngineSettings Settings(WeightFormat format, bool prepack) =>
        new()
        {
            CacheFolder = _folder["cache"],
            Threads = 1,
            Weights = format,
            LowMemory = !prepack,
        };

    // string.GetHashCode changes from process to process.
    private static int StableHash(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name))[0];

    private float[] Score(WeightFormat format, IWeightSource model, Program program)
    {
        using var engine = Engine(format, prepack: true);
        using var session = engine.Load(program, model);
        return session.Run(ProgramInputs.Of(program)).Values.First().Floats;
    }

    private static double Distance(float[] left, float[] right) => left.Zip(right).Max(pair => Math.Abs((double)pair.First - pair.Second));

    /// <summary>A model whose matrices are stored in blocks that use few of their codes.</summary>
    private sealed class StoredCodes(TinyLlama model, BlockLayout form) : IWeightSource, IBlockSource
    {
        public string Fingerprint => $"{model.Fingerprint} {form}";

        public IReadOnlyCollection<string> Names => model.Names;

        public TensorRole? FindRole(string name) => model.FindRole(name);

        public IReadOnlyList<int>? FindShape(string name) => model.FindShape(name);

        public BlockLayout? FindBlocks(string name) => model.FindShape(name)?.Count == 2 ? form : null;

        public void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
        {
            for (var block = 0; block < scales.Length; block++)
            {
                var number = firstBlock + block;
                scales[block] = 0.02f + (0.001f * (number % 7));
                offsets[block] = form.HasOffsets ? 0.013f * ((number % 5) - 2) : 0;
                for (var i = 0; i < form.Size; i++)
                {
                    // Never the whole range, sometimes one end of it.
                    var range = Math.Min(11, (1 << form.Bits) - 1);
                    codes[(block * form.Size) + i] = (sbyte)(
                        (((number * 13) + (i * 7)) % range) - (number % 3 == 0 ? 1 << (form.Bits - 1) : range / 2)
                    );
                }
            }
        }

        public void Read(string name, long start, Span<float> destination)
        {
            if (FindBlocks(name) is null)
            {
                model.Read(name, start, destination);
                return;
            }

            var blocks = (int)(WeightLayout.CountOf(model, name) / form.Size);
            var (codes, scales, offsets) = (new sbyte[blocks * form.Size], new float[blocks], new float[blocks]);
            ReadBlocks(name, 0, codes, scales, offsets);
            for (var i = 0; i < destination.Length; i++)
            {
                var block = (int)(start + i) / form.Size;
                destination[i] = (scales[block] * codes[(int)start + i]) + offsets[block];
            }
        }
    }
}
