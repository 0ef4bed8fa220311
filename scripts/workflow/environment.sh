# Makes a step's environment, sourced by the shell that becomes the step: nothing that changes what a step
# computes, or how it runs, is inherited from whoever started snakemake. A variable goes by its beginning.
# Snakemake states the job's threads as OMP's; they stay, for each library that asks for one.
threads=${OMP_NUM_THREADS-1}

# Python's own
unset ${!PYTHON*}
# The threads of mathematical libraries, and their arithmetic on GPUs
unset ${!OMP_*} ${!KMP_*} ${!GOMP_*} ${!BLIS_*} ${!NUMEXPR_*} ${!VECLIB_*} ${!RAYON_*} ${!TORCH_*} ${!CUBLAS_*} \
  ${!MKL_DOMAIN*} ${!MKL_DYNAMIC*} ${!MKL_INTERFACE*} ${!MKL_NUM*} ${!MKL_THREADING*} ${!OPENBLAS_NUM*} \
  NVIDIA_TF32_OVERRIDE CUDA_LAUNCH_BLOCKING
# By which launchers (torchrun, MPI, accelerate) tell a process that it is one of several. A step that is
# one of several gets them from its own launcher.
unset WORLD_SIZE RANK LOCAL_RANK LOCAL_WORLD_SIZE GROUP_RANK ${!ROLE_*} ${!MASTER_*} ${!TORCHELASTIC_*} \
  ${!PMI_*} ${!PMIX_*} ${!OMPI_*} ${!MPI_*} ${!MV2_*} ${!ACCELERATE_*}

export OMP_NUM_THREADS="$threads" MKL_NUM_THREADS="$threads" RAYON_NUM_THREADS="$threads"
export PYTHONHASHSEED=0 HF_HUB_OFFLINE=1
