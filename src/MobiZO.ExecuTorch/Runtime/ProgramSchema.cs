namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// The tables of a program that the runtime follows, with their slots as in <c>program.fbs</c> of ExecuTorch. Slots that are not named are
/// not read by it, or hold numbers.
/// </summary>
internal static class ProgramSchema
{
    private const bool Required = true;

    private static readonly FlatTable s_null = new("Null");
    private static readonly FlatTable s_int = new("Int", Slot.Number(0, 8));
    private static readonly FlatTable s_bool = new("Bool", Slot.Number(0, 1));
    private static readonly FlatTable s_double = new("Double", Slot.Number(0, 8));
    private static readonly FlatTable s_string = new("String", Slot.Text(0, "string_val", Required));
    private static readonly FlatTable s_longList = new("IntList", Slot.Numbers(0, "items", 8, Required));
    private static readonly FlatTable s_doubleList = new("DoubleList", Slot.Numbers(0, "items", 8, Required));
    private static readonly FlatTable s_boolList = new("BoolList", Slot.Numbers(0, "items", 1, Required));
    private static readonly FlatTable s_tensorList = new("TensorList", Slot.Numbers(0, "items", 4, Required));

    private static readonly FlatTable s_allocation = new("AllocationDetails", Slot.Number(0, 4), Slot.Number(1, 4), Slot.Number(2, 4));

    private static readonly FlatTable s_extra = new(
        "ExtraTensorInfo",
        Slot.Number(0, 8),
        Slot.Text(1, "fully_qualified_name"),
        Slot.Number(2, 1)
    );

    private static readonly FlatTable s_tensor = new(
        "Tensor",
        Slot.Number(0, 1),
        Slot.Number(1, 4),
        Slot.Numbers(2, "sizes", 4, Required),
        Slot.Numbers(3, "dim_order", 1, Required),
        Slot.Number(5, 4),
        Slot.Table(6, "allocation_info", s_allocation),
        Slot.Number(7, 1),
        Slot.Number(8, 1),
        Slot.Table(9, "extra_tensor_info", s_extra)
    );

    private static readonly FlatTable s_value = new(
        "EValue",
        Slot.Union(
            0,
            "val",
            [null, s_null, s_int, s_bool, s_double, s_tensor, s_string, s_longList, s_doubleList, s_boolList, s_tensorList, s_tensorList]
        )
    );

    private static readonly FlatTable s_kernelCall = new("KernelCall", Slot.Number(0, 4), Slot.Numbers(1, "args", 4, Required));
    private static readonly FlatTable s_delegateCall = new("DelegateCall", Slot.Number(0, 4), Slot.Numbers(1, "args", 4, Required));
    private static readonly FlatTable s_pair = new("MoveCall", Slot.Number(0, 4), Slot.Number(1, 4));
    private static readonly FlatTable s_free = new("FreeCall", Slot.Number(0, 4));

    private static readonly FlatTable s_instruction = new(
        "Instruction",
        Slot.Union(0, "instr_args", [null, s_kernelCall, s_delegateCall, s_pair, s_pair, s_free])
    );

    private static readonly FlatTable s_chain = new(
        "Chain",
        Slot.Numbers(0, "inputs", 4),
        Slot.Numbers(1, "outputs", 4),
        Slot.Tables(2, "instructions", s_instruction, Required)
    );

    private static readonly FlatTable s_operator = new("Operator", Slot.Text(0, "name", Required), Slot.Text(1, "overload", Required));
    private static readonly FlatTable s_reference = new("BackendDelegateDataReference", Slot.Number(0, 1), Slot.Number(1, 4));
    private static readonly FlatTable s_compileSpec = new(
        "CompileSpec",
        Slot.Text(0, "key", Required),
        Slot.Numbers(1, "value", 1, Required)
    );

    private static readonly FlatTable s_delegate = new(
        "BackendDelegate",
        Slot.Text(0, "id", Required),
        Slot.Table(1, "processed", s_reference, Required),
        Slot.Tables(2, "compile_specs", s_compileSpec, Required)
    );

    private static readonly FlatTable s_plan = new(
        "ExecutionPlan",
        Slot.Text(0, "name", Required),
        Slot.Tables(2, "values", s_value, Required),
        Slot.Numbers(3, "inputs", 4, Required),
        Slot.Numbers(4, "outputs", 4, Required),
        Slot.Tables(5, "chains", s_chain, Required),
        Slot.Tables(6, "operators", s_operator, Required),
        Slot.Tables(7, "delegates", s_delegate, Required),
        Slot.Numbers(8, "non_const_buffer_sizes", 8, Required)
    );

    private static readonly FlatTable s_bytes = new("Buffer", Slot.Numbers(0, "storage", 1));
    private static readonly FlatTable s_segment = new("DataSegment", Slot.Number(0, 8), Slot.Number(1, 8));
    private static readonly FlatTable s_offsets = new("SubsegmentOffsets", Slot.Number(0, 4), Slot.Numbers(1, "offsets", 8, Required));
    private static readonly FlatTable s_named = new("NamedData", Slot.Text(0, "key", Required), Slot.Number(1, 4));

    /// <summary>The table that the file begins with.</summary>
    public static FlatTable Program { get; } =
        new(
            "Program",
            Slot.Number(0, 4),
            Slot.Tables(1, "execution_plan", s_plan, Required),
            Slot.Tables(2, "constant_buffer", s_bytes),
            Slot.Tables(3, "backend_delegate_data", s_bytes),
            Slot.Tables(4, "segments", s_segment),
            Slot.Table(5, "constant_segment", s_offsets),
            Slot.Tables(6, "mutable_data_segments", s_offsets),
            Slot.Tables(7, "named_data", s_named)
        );
}
